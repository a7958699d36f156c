// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Text;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>Numeric addresses at once, names by the system's A and AAAA look-up; no NAPTR and SRV.</summary>
internal sealed class SystemResolver : ISipResolver
{
    private const int DefaultPort = 5060;
    private const int MaxAddresses = 8;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SipHop>> ResolveAsync(string uri, bool preferReliable, CancellationToken stop)
    {
        if (!TryRead(uri, preferReliable, out var host, out var port, out var transports)) return [];
        if (IPAddress.TryParse(host, out var address)) return IsWhole(host) ? Hops([address], port, transports) : [];
        try
        {
            return Hops(await Dns.GetHostAddressesAsync(host, stop).ConfigureAwait(false), port, transports);
        }
        catch (Exception e) when (e is SocketException or ArgumentException or OperationCanceledException)
        {
            return [];
        }
    }

    // The system's parser and look-up take "1234" for 0.0.4.210; nobody who writes that means it (RFC 3261 §25.1: four numbers).
    private static bool IsWhole(string host) => host.Contains(':', StringComparison.Ordinal) || host.Count(c => c == '.') == 3;

    /// <summary>The parts of a URI that decide where it leads.</summary>
    private static bool TryRead(string uri, bool preferReliable, out string host, out int port, out SipTransport[] transports)
    {
        (host, port, transports) = ("", 0, []);
        if (!SipUriView.TryParse(Encoding.UTF8.GetBytes(uri), out var view) || view.Scheme != SipUriScheme.Sip) return false;
        var parameters = view.Parameters;
        transports = parameters.TryGet("transport"u8, out var named) ? Named(named)
            : preferReliable ? [SipTransport.Tcp, SipTransport.Udp]
            : [SipTransport.Udp];
        host = parameters.TryGet("maddr"u8, out var maddr) ? Encoding.ASCII.GetString(maddr) : view.HostString();
        port = view.Port == 0 ? DefaultPort : view.Port;
        return transports.Length > 0 && host.Length > 0;
    }

    private static SipTransport[] Named(ReadOnlySpan<byte> name) =>
        Ascii.EqualsIgnoreCase(name, "udp"u8) ? [SipTransport.Udp]
        : Ascii.EqualsIgnoreCase(name, "tcp"u8) ? [SipTransport.Tcp]
        : [];

    private static List<SipHop> Hops(IEnumerable<IPAddress> addresses, int port, SipTransport[] transports)
    {
        List<IPAddress> plain = [.. addresses.Select(a => a.IsIPv4MappedToIPv6 ? a.MapToIPv4() : a).Take(MaxAddresses)];
        return [.. transports.SelectMany(t => plain.Select(a => new SipHop(t, new IPEndPoint(a, port))))];
    }
}
