// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Protocol;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>All sockets of an agent behind one door: flows to send on, and the mailbox where everything arrives.</summary>
/// <remarks>Thread: the signalling loop, but for the start, the counters and the end.</remarks>
internal sealed class SipSockets : IAsyncDisposable
{
    private readonly ListenSockets _listen;
    private readonly FlowTable _flows;
    private readonly UdpTransport? _udp;
    private readonly ConnectionTable _connections;
    private readonly ISignalingTap? _tap;
    private readonly Action<Instant, SipFlow, TransportFailure> _failed;
    private readonly CancellationTokenSource _stop = new();
    private Task _reading = Task.CompletedTask;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Takes bound sockets over.</summary>
    /// <param name="listen">Bound; taken over.</param>
    /// <param name="carriers">Makes what carries messages over connections.</param>
    /// <param name="mailbox">Where everything arrives.</param>
    /// <param name="tap">Sees every message; null for nobody.</param>
    /// <param name="failed">Told of a flow that could not carry a message.</param>
    /// <param name="complain">Told, for people, why a connection of ours was not trusted.</param>
    public SipSockets(
        ListenSockets listen, Carriers carriers, Mailbox mailbox, ISignalingTap? tap, Action<Instant, SipFlow, TransportFailure> failed, Action<SipFlow, TransportFailure, string> complain)
    {
        _listen = listen;
        _flows = new FlowTable(listen.EndPoint, listen.Accepted);
        _udp = listen.Udp is null ? null : new UdpTransport(listen.Udp, mailbox, Refused);
        _connections = new ConnectionTable(listen, _flows, carriers, mailbox, failed, complain);
        _tap = tap;
        _failed = failed;
    }

    /// <summary>What is bound.</summary>
    public IPEndPoint EndPoint => _listen.EndPoint;

    /// <summary>Socket errors so far.</summary>
    public long SocketErrors => _udp?.Errors ?? 0;

    /// <summary>Datagrams dropped so far.</summary>
    public long Dropped => _udp?.Dropped ?? 0;

    /// <summary>Starts to read and to accept.</summary>
    public void Start()
    {
        if (_udp is not null) _reading = Task.Run(() => _udp.ReadAsync(_stop.Token));
        _accepting = Task.Run(() => _connections.AcceptAsync(_stop.Token));
    }

    /// <summary>When <see cref="HandleTimeout"/> wants to be called.</summary>
    public Instant PollTimeout() => _connections.PollTimeout();

    /// <summary>Closes idle connections.</summary>
    public void HandleTimeout(Instant now) => _connections.HandleTimeout(now);

    /// <summary>The flow of a datagram; null when there is no way back.</summary>
    public SipFlow? FlowFrom(Instant now, IPEndPoint sender) => _flows.To(now, SipTransport.Udp, sender);

    /// <summary>The flows of hops, without those that no route leads to.</summary>
    public IReadOnlyList<SipFlow> FlowsTo(Instant now, IReadOnlyList<SipHop> hops) =>
        [.. hops.Select(h => _flows.To(now, h.Transport, h.Remote, h.Host)).OfType<SipFlow>()];

    /// <summary>The network is another: routes are looked up anew.</summary>
    public void ForgetRoutes() => _flows.ForgetRoutes();

    /// <summary>The flow that now leads where this one led; null when nothing does.</summary>
    public SipFlow? Again(Instant now, SipFlow flow) => _flows.Again(now, flow);

    /// <summary>Sends without waiting; what fails is told by the mailbox.</summary>
    public void Send(Instant now, SipFlow flow, ReadOnlyMemory<byte> message)
    {
        // One turn of the loop may send much: each message is stamped as it leaves.
        _tap?.Sent(MonotonicClock.Now, flow, message.Span);
        if (flow.IsReliable) _connections.Send(now, flow, message);
        else if (_udp is null) _failed(now, flow, TransportFailure.Unreachable);
        else if (_udp.Send(now, flow.Remote, message.Span) is { } cause) _failed(now, flow, cause);
    }

    private void Refused(Instant now, IPEndPoint remote, TransportFailure cause)
    {
        if (_flows.KnownByDatagram(remote) is { } flow) _failed(now, flow, cause);
    }

    /// <summary>Closes everything, once the loop has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_reading, _accepting, _connections.CloseAsync()).ConfigureAwait(false);
        _listen.Dispose();
        _stop.Dispose();
    }
}
