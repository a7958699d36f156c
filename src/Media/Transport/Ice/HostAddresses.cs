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
        return isEverywhere ? [.. OfInterfaces().Prepend(towardsPeer).Distinct().Take(Maximum)] : [towardsPeer];
    }

    // Without loopback, which leads nowhere else, and without what is good on one link alone. IPv4 first: it needs no luck with routers.
    private static IEnumerable<IPAddress> OfInterfaces()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .Where(i => i.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .SelectMany(i => i.GetIPProperties().UnicastAddresses)
                .Select(a => a.Address)
                .Where(IsUsable)
                .OrderBy(a => a.AddressFamily == AddressFamily.InterNetworkV6);
        }
        catch (NetworkInformationException)
        {
            return []; // not to be had in every container, or an interface has just gone
        }
    }

    private static bool IsUsable(IPAddress address) =>
        !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal && !address.IsIPv6Multicast && !address.IsIPv6Teredo
        && !(address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, ..]);
}
