// SPDX-License-Identifier: MIT
using System.Net;
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>Whether a flow that is there leads where a URI points, so that nothing need be looked up.</summary>
internal static class FlowChoice
{
    /// <summary>
    /// True when the URI's host is the flow's remote address. A connection then fits whatever the port: the peer that opened it did so
    /// from a port of the moment, and its listening port is in the URI (RFC 5923). A datagram's port must match.
    /// </summary>
    public static bool LeadsTo(SipFlow flow, string uri)
    {
        if (!SipUriView.TryParse(Encoding.UTF8.GetBytes(uri), out var view) || !view.IsSip) return false;
        if (view.Scheme == SipUriScheme.Sips && !flow.IsProtected) return false;
        var host = Encoding.ASCII.GetString(view.Parameters.TryGet("maddr"u8, out var maddr) ? maddr : view.Host);
        if (!IsOf(flow, host)) return false;
        if (view.Parameters.TryGet("transport"u8, out var transport) && !IsNamed(transport, flow.Transport, view.Scheme == SipUriScheme.Sips)) return false;
        return flow.IsReliable || Port(view) == flow.Remote.Port;
    }

    private static bool IsOf(SipFlow flow, string host) => IPAddress.TryParse(host, out var address)
        ? Same(address, flow.Remote.Address)
        : flow.IsReliable && string.Equals(host, flow.ServerName, StringComparison.OrdinalIgnoreCase);

    // RFC 7118 §5: transport=ws stands for both kinds of WebSocket. RFC 3261 §26.2.2: in a sips URI tcp stands for TLS.
    private static bool IsNamed(ReadOnlySpan<byte> name, SipTransport transport, bool isSips) =>
        SipText.EqualsIgnoreCase(name, Encoding.ASCII.GetBytes(transport.ToString()))
        || (transport == SipTransport.Wss && SipText.EqualsIgnoreCase(name, "ws"u8))
        || (isSips && transport == SipTransport.Tls && SipText.EqualsIgnoreCase(name, "tcp"u8));

    private static int Port(in SipUriView uri) => uri.Port != 0 ? uri.Port : uri.Scheme == SipUriScheme.Sips ? 5061 : 5060;

    private static bool Same(IPAddress a, IPAddress b) => a.Equals(b) || a.MapToIPv6().Equals(b.MapToIPv6());
}
