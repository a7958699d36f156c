// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Protocol;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>The flows of an agent: one for each peer and transport, so that the core can compare them by reference.</summary>
/// <remarks>Thread: the signalling loop. Flows that are forgotten still work; a peer that comes back gets a new one.</remarks>
internal sealed class FlowTable(IPEndPoint listen)
{
    private const int MaxFlows = 4096;

    private readonly BoundedTable<(SipTransport Transport, IPEndPoint Remote), SipFlow> _flows = new(MaxFlows);
    private readonly System.Runtime.CompilerServices.ConditionalWeakTable<SipFlow, object> _outbound = [];
    private readonly LocalRoutes _routes = new(listen.Address);
    private int _lastId;

    /// <summary>The flow to a peer, for sending to it; null when no route leads there or the transport is not spoken.</summary>
    public SipFlow? To(Instant now, SipTransport transport, IPEndPoint remote)
    {
        if (transport is not (SipTransport.Udp or SipTransport.Tcp)) return null;
        // An address of ours may have changed since; a flow says what is advertised now.
        if (_routes.Towards(now, remote.Address) is not { } local) return null;
        if (_flows.TryGet((transport, remote), out var known) && known.Local.Address.Equals(local)) return known;
        var flow = New(transport, local, remote);
        if (transport == SipTransport.Tcp) _outbound.Add(flow, flow);
        _flows.Set((transport, remote), flow);
        return flow;
    }

    /// <summary>The flow that was last used for a peer; null when there is none.</summary>
    public SipFlow? Known(SipTransport transport, IPEndPoint remote) => _flows.TryGet((transport, remote), out var known) ? known : null;

    /// <summary>The flow of a connection that the peer opened.</summary>
    public SipFlow? Inbound(Instant now, IPEndPoint remote) =>
        _routes.Towards(now, remote.Address) is { } local ? New(SipTransport.Tcp, local, remote) : null;

    /// <summary>May we open a connection for it?</summary>
    public bool IsOutbound(SipFlow flow) => _outbound.TryGetValue(flow, out _);

    private SipFlow New(SipTransport transport, IPAddress local, IPEndPoint remote) =>
        new(++_lastId, transport, new IPEndPoint(local, listen.Port), remote);
}
