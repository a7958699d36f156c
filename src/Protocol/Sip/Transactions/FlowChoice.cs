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
        var host = view.Parameters.TryGet("maddr"u8, out var maddr) ? maddr : view.Host;
        if (!IPAddress.TryParse(Encoding.ASCII.GetString(host), out var address) || !Same(address, flow.Remote.Address)) return false;
        if (view.Parameters.TryGet("transport"u8, out var transport))
            return SipText.EqualsIgnoreCase(transport, Encoding.ASCII.GetBytes(flow.Transport.ToString())) && (flow.IsReliable || Port(view) == flow.Remote.Port);
        return flow.IsReliable || (view.Scheme == SipUriScheme.Sip && Port(view) == flow.Remote.Port);
    }

    private static int Port(in SipUriView uri) => uri.Port != 0 ? uri.Port : uri.Scheme == SipUriScheme.Sips ? 5061 : 5060;

    private static bool Same(IPAddress a, IPAddress b) => a.Equals(b) || a.MapToIPv6().Equals(b.MapToIPv6());
}
