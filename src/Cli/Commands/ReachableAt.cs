// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Earshot.Cli.Commands;

/// <summary>By which URIs a phone that listens on every address of its machine can be called.</summary>
internal static class ReachableAt
{
    /// <summary>The phone's own choice first; then the addresses of the interfaces that are up.</summary>
    public static IReadOnlyList<string> Of(string listenUri, IPAddress listen) =>
        listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any) ? Of(listenUri, listen, Addresses()) : [listenUri];

    /// <summary>As above, on a machine with these addresses.</summary>
    internal static IReadOnlyList<string> Of(string listenUri, IPAddress listen, IEnumerable<IPAddress> addresses)
    {
        // sip:user@host:port, where the host is an address, in brackets when it is IPv6.
        var host = listenUri[(listenUri.LastIndexOf('@') is var at and >= 0 ? at + 1 : "sip:".Length)..];
        var before = listenUri[..^host.Length];
        var port = host[(host.LastIndexOf(':') + 1)..];
        var others = addresses
            .Where(a => !IPAddress.IsLoopback(a) && !a.IsIPv6LinkLocal && !a.IsIPv6Multicast)
            .Where(a => a.AddressFamily == AddressFamily.InterNetwork || listen.AddressFamily == AddressFamily.InterNetworkV6)
            .OrderBy(a => a.AddressFamily)
            .Select(a => a.AddressFamily == AddressFamily.InterNetworkV6 ? $"{before}[{new IPAddress(a.GetAddressBytes())}]:{port}" : $"{before}{a}:{port}");
        // The first is the loopback address where there is no way out of this machine.
        string[] all = [listenUri, .. others];
        return listen.AddressFamily == AddressFamily.InterNetworkV6 && all.Length == 1 ? [listenUri, $"{before}[::1]:{port}"] : [.. all.Distinct()];
    }

    private static IPAddress[] Addresses()
    {
        try
        {
            return [.. NetworkInterface.GetAllNetworkInterfaces()
                .Where(i => i.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
                .SelectMany(i => i.GetIPProperties().UnicastAddresses)
                .Select(a => a.Address)];
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }
}
