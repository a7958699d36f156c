// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Text;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>Numeric addresses at once, names by the system's A and AAAA look-up; no NAPTR and SRV.</summary>
internal sealed class SystemResolver : ISipResolver
{
    private const int MaxAddresses = 8;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SipHop>> ResolveAsync(string uri, bool preferReliable, CancellationToken stop)
    {
        if (!TryRead(uri, preferReliable, out var target)) return [];
        if (IPAddress.TryParse(target.Lookup, out var address)) return IsWhole(target.Lookup) ? Hops([address], target) : [];
        try
        {
            return Hops(await Dns.GetHostAddressesAsync(target.Lookup, stop).ConfigureAwait(false), target);
        }
        catch (Exception e) when (e is SocketException or ArgumentException or OperationCanceledException)
        {
            return [];
        }
    }

    // The system's parser and look-up take "1234" for 0.0.4.210; nobody who writes that means it (RFC 3261 §25.1: four numbers).
    private static bool IsWhole(string host) => host.Contains(':', StringComparison.Ordinal) || host.Count(c => c == '.') == 3;

    /// <summary>The parts of a URI that decide where it leads.</summary>
    private static bool TryRead(string uri, bool preferReliable, out Target target)
    {
        target = default;
        if (!SipUriView.TryParse(Encoding.UTF8.GetBytes(uri), out var view) || !view.IsSip) return false;
        var parameters = view.Parameters;
        var isSips = view.Scheme == SipUriScheme.Sips;
        SipTransport[] transports = parameters.TryGet("transport"u8, out var named) ? Named(named, isSips)
            : isSips ? [SipTransport.Tls]
            : preferReliable ? [SipTransport.Tcp, SipTransport.Udp]
            : [SipTransport.Udp];
        var host = view.HostString();
        target = new(host, parameters.TryGet("maddr"u8, out var maddr) ? Encoding.ASCII.GetString(maddr) : host, view.Port, transports);
        return transports.Length > 0 && host.Length > 0 && target.Lookup.Length > 0;
    }

    // RFC 3261 §26.2.2: sips leaves no hop in clear, whatever the parameter says.
    private static SipTransport[] Named(ReadOnlySpan<byte> name, bool isSips) =>
        Ascii.EqualsIgnoreCase(name, "udp"u8) ? (isSips ? [] : [SipTransport.Udp])
        : Ascii.EqualsIgnoreCase(name, "tcp"u8) ? [isSips ? SipTransport.Tls : SipTransport.Tcp]
        : Ascii.EqualsIgnoreCase(name, "tls"u8) ? [SipTransport.Tls]
        : Ascii.EqualsIgnoreCase(name, "ws"u8) ? [isSips ? SipTransport.Wss : SipTransport.Ws]
        : Ascii.EqualsIgnoreCase(name, "wss"u8) ? [SipTransport.Wss]
        : [];

    private static int DefaultPort(SipTransport transport) => transport switch
    {
        SipTransport.Tls => 5061,
        SipTransport.Ws => 80,
        SipTransport.Wss => 443,
        _ => 5060,
    };

    private static List<SipHop> Hops(IEnumerable<IPAddress> addresses, in Target target)
    {
        List<IPAddress> plain = [.. addresses.Select(a => a.IsIPv4MappedToIPv6 ? a.MapToIPv4() : a).Take(MaxAddresses)];
        var hops = new List<SipHop>();
        foreach (var transport in target.Transports)
        {
            foreach (var address in plain)
                hops.Add(new SipHop(transport, new IPEndPoint(address, target.Port == 0 ? DefaultPort(transport) : target.Port), target.Host));
        }

        return hops;
    }

    private readonly record struct Target(string Host, string Lookup, int Port, SipTransport[] Transports);
}
