// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Protocol;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>The flows of an agent: one for each peer, transport and name in a certificate, so that the core can compare them by reference.</summary>
/// <remarks>Thread: the signalling loop. Flows that are forgotten still work; a peer that comes back gets a new one.</remarks>
/// <param name="listen">What is bound.</param>
/// <param name="accepted">What peers speak who connect to us.</param>
internal sealed class FlowTable(IPEndPoint listen, SipTransport accepted)
{
    private const int MaxFlows = 4096;

    private readonly BoundedTable<(SipTransport Transport, IPEndPoint Remote, string Name), SipFlow> _flows = new(MaxFlows);
    private readonly System.Runtime.CompilerServices.ConditionalWeakTable<SipFlow, object> _outbound = [];
    private readonly LocalRoutes _routes = new(listen.Address);
    private int _lastId;

    /// <summary>The flow to a peer, for sending to it; null when no route leads there, or no socket.</summary>
    /// <param name="now">Now.</param>
    /// <param name="transport">What carries the messages.</param>
    /// <param name="remote">The peer's address.</param>
    /// <param name="host">The host of the URI, for its certificate; null for the address.</param>
    public SipFlow? To(Instant now, SipTransport transport, IPEndPoint remote, string? host = null)
    {
        if (transport == SipTransport.Udp && accepted != SipTransport.Tcp) return null; // no socket for datagrams
        // An address of ours may have changed since; a flow says what is advertised now.
        if (_routes.Towards(now, remote.Address) is not { } local) return null;
        // A certificate speaks for one name: who was found by another has a connection of its own.
        var name = transport is SipTransport.Udp or SipTransport.Tcp || host is null ? remote.Address.ToString() : host;
        if (_flows.TryGet((transport, remote, name), out var known) && known.Local.Address.Equals(local)) return known;
        var flow = New(transport, local, remote, name);
        if (flow.IsReliable) _outbound.Add(flow, flow);
        _flows.Set((transport, remote, name), flow);
        return flow;
    }

    /// <summary>The network is another: routes are looked up anew.</summary>
    public void ForgetRoutes() => _routes.Forget();

    /// <summary>The flow that now leads where this one led; null when nothing does.</summary>
    public SipFlow? Again(Instant now, SipFlow flow) =>
        _routes.Towards(now, flow.Remote.Address) is { } local && local.Equals(flow.Local.Address) ? flow : To(now, flow.Transport, flow.Remote, flow.ServerName);

    /// <summary>The UDP flow that was last used for a peer; null when there is none.</summary>
    public SipFlow? KnownByDatagram(IPEndPoint remote) => _flows.TryGet((SipTransport.Udp, remote, remote.Address.ToString()), out var known) ? known : null;

    /// <summary>The flow of a connection that the peer opened.</summary>
    public SipFlow? Inbound(Instant now, IPEndPoint remote) =>
        _routes.Towards(now, remote.Address) is { } local ? New(accepted, local, remote, remote.Address.ToString()) : null;

    /// <summary>May we open a connection for it?</summary>
    public bool IsOutbound(SipFlow flow) => _outbound.TryGetValue(flow, out _);

    private SipFlow New(SipTransport transport, IPAddress local, IPEndPoint remote, string name) =>
        new(++_lastId, transport, new IPEndPoint(local, listen.Port), remote) { ServerName = name };
}
