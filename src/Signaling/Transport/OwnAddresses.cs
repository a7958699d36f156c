// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Earshot.Signaling.Transport;

/// <summary>At which addresses of this machine a bound socket can be reached.</summary>
/// <remarks>Thread: any.</remarks>
internal static class OwnAddresses
{
    // TEST-NET-1 (RFC 5737) and the documentation prefix (RFC 3849): nothing is sent there, the kernel only says which address it would use.
    private static readonly IPAddress SomewhereV4 = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress SomewhereV6 = IPAddress.Parse("2001:db8::1");

    /// <summary>The one for people to call: the bound one, else the one that the default route uses, IPv4 before IPv6.</summary>
    public static IPAddress First(IPAddress bound) =>
        !AddressRules.IsWildcard(bound) ? bound
        : Default(AddressFamily.InterNetwork)
            ?? (bound.AddressFamily == AddressFamily.InterNetworkV6 ? Default(AddressFamily.InterNetworkV6) : null)
            ?? IPAddress.Loopback;

    /// <summary>All of them, the first as <see cref="First"/> says, those of IPv4 before those of IPv6. None that needs a zone, and loopback only where there is nothing else.</summary>
    public static IReadOnlyList<IPAddress> All(IPAddress bound)
    {
        if (!AddressRules.IsWildcard(bound)) return [bound];
        List<IPAddress> all = [First(bound), .. Of(AddressFamily.InterNetwork)];
        if (bound.AddressFamily == AddressFamily.InterNetworkV6) all.AddRange(Of(AddressFamily.InterNetworkV6));
        var reachable = all.Where(a => !IPAddress.IsLoopback(a)).Distinct().ToArray();
        if (reachable.Length > 0) return reachable;
        return bound.AddressFamily == AddressFamily.InterNetworkV6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];
    }

    private static IPAddress? Default(AddressFamily family) => LocalRoutes.Ask(family == AddressFamily.InterNetwork ? SomewhereV4 : SomewhereV6);

    private static IEnumerable<IPAddress> Of(AddressFamily family) =>
        (Default(family) is { } first ? [first] : Array.Empty<IPAddress>()).Concat(OfInterfaces().Where(a => a.AddressFamily == family && !a.IsIPv6LinkLocal));

    private static IPAddress[] OfInterfaces()
    {
        try
        {
            return [.. NetworkInterface.GetAllNetworkInterfaces()
                .Where(i => i.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown) // a tunnel's is unknown
                .SelectMany(i => i.GetIPProperties().UnicastAddresses)
                .Select(a => a.Address)];
        }
        catch (NetworkInformationException)
        {
            return []; // not to be had in every container, or an interface has just gone
        }
    }
}
