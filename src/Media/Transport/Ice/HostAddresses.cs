// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Earshot.Media.Transport.Ice;

/// <summary>On which of this machine's addresses a call listens (RFC 8445 §5.1.1.1).</summary>
/// <remarks>Thread: any ordinary one.</remarks>
internal static class HostAddresses
{
    /// <summary>Each costs a socket, a candidate and the peer's checks.</summary>
    public const int Maximum = 6;

    /// <summary>The addresses, the one towards the peer first.</summary>
    /// <param name="towardsPeer">Where the kernel sends from, towards the peer or its proxy: loopback only if that is.</param>
    /// <param name="bound">What the phone listens on; a particular address is the only one.</param>
    public static IReadOnlyList<IPAddress> All(IPAddress towardsPeer, IPAddress bound)
    {
        bool isEverywhere = bound.Equals(IPAddress.Any) || bound.Equals(IPAddress.IPv6Any);
        return isEverywhere ? [.. Usable(Present() ?? []).Prepend(towardsPeer).Distinct().Take(Maximum)] : [towardsPeer];
    }

    /// <summary>All addresses of interfaces that are up; null where the system does not say.</summary>
    public static IReadOnlyList<IPAddress>? Present()
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .Where(i => i.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
                    .SelectMany(i => i.GetIPProperties().UnicastAddresses)
                    .Select(a => a.Address),
            ];
        }
        catch (NetworkInformationException)
        {
            return null; // not to be had in every container, or an interface has just gone
        }
    }

    /// <summary>The name of the interface that has an address; null for loopback, and where the system does not say.</summary>
    public static string? InterfaceOf(IPAddress address)
    {
        try
        {
            return Array.Find(
                NetworkInterface.GetAllNetworkInterfaces(),
                i => i.NetworkInterfaceType != NetworkInterfaceType.Loopback && i.GetIPProperties().UnicastAddresses.Any(a => a.Address.Equals(address)))?.Name;
        }
        catch (NetworkInformationException)
        {
            return null;
        }
    }

    /// <summary>Those of them that a call may listen on: without loopback, which leads nowhere else, and without what is good on one link alone. IPv4 first: it needs no luck with routers.</summary>
    public static IEnumerable<IPAddress> Usable(IEnumerable<IPAddress> present) =>
        present.Where(IsUsable).OrderBy(a => a.AddressFamily == AddressFamily.InterNetworkV6);

    private static bool IsUsable(IPAddress address) =>
        !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal && !address.IsIPv6Multicast && !address.IsIPv6Teredo
        && !(address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, ..]);
}
