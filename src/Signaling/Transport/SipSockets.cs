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
    private readonly UdpTransport _udp;
    private readonly TcpTransport _tcp;
    private readonly ISignalingTap? _tap;
    private readonly Action<Instant, SipFlow, TransportFailure> _failed;
    private readonly CancellationTokenSource _stop = new();
    private Task _reading = Task.CompletedTask;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Takes bound sockets over.</summary>
    public SipSockets(ListenSockets listen, Mailbox mailbox, ISignalingTap? tap, Action<Instant, SipFlow, TransportFailure> failed)
    {
        _listen = listen;
        _flows = new FlowTable(listen.EndPoint);
        _udp = new UdpTransport(listen.Udp, mailbox, Refused);
        _tcp = new TcpTransport(listen, _flows, mailbox, failed);
        _tap = tap;
        _failed = failed;
    }

    /// <summary>What is bound.</summary>
    public IPEndPoint EndPoint => _listen.EndPoint;

    /// <summary>Socket errors so far.</summary>
    public long SocketErrors => _udp.Errors;

    /// <summary>Datagrams dropped so far.</summary>
    public long Dropped => _udp.Dropped;

    /// <summary>Starts to read and to accept.</summary>
    public void Start()
    {
        _reading = Task.Run(() => _udp.ReadAsync(_stop.Token));
        _accepting = Task.Run(() => _tcp.AcceptAsync(_stop.Token));
    }

    /// <summary>When <see cref="HandleTimeout"/> wants to be called.</summary>
    public Instant PollTimeout() => _tcp.PollTimeout();

    /// <summary>Closes idle connections.</summary>
    public void HandleTimeout(Instant now) => _tcp.HandleTimeout(now);

    /// <summary>The flow of a datagram; null when there is no way back.</summary>
    public SipFlow? FlowFrom(Instant now, IPEndPoint sender) => _flows.To(now, SipTransport.Udp, sender);

    /// <summary>The flows of hops, without those that no route leads to.</summary>
    public IReadOnlyList<SipFlow> FlowsTo(Instant now, IReadOnlyList<SipHop> hops) =>
        [.. hops.Select(h => _flows.To(now, h.Transport, h.Remote)).OfType<SipFlow>()];

    /// <summary>Sends without waiting; what fails is told by the mailbox.</summary>
    public void Send(Instant now, SipFlow flow, ReadOnlyMemory<byte> message)
    {
        // One turn of the loop may send much: each message is stamped as it leaves.
        _tap?.Sent(MonotonicClock.Now, flow, message.Span);
        if (flow.Transport == SipTransport.Tcp) _tcp.Send(now, flow, message);
        else if (flow.Transport != SipTransport.Udp) _failed(now, flow, TransportFailure.Unreachable);
        else if (_udp.Send(now, flow.Remote, message.Span) is { } cause) _failed(now, flow, cause);
    }

    private void Refused(Instant now, IPEndPoint remote, TransportFailure cause)
    {
        if (_flows.Known(SipTransport.Udp, remote) is { } flow) _failed(now, flow, cause);
    }

    /// <summary>Closes everything, once the loop has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_reading, _accepting, _tcp.CloseAsync()).ConfigureAwait(false);
        _listen.Dispose();
        _stop.Dispose();
    }
}
