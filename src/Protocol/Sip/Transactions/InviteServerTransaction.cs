// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>The INVITE server transaction (RFC 3261 §17.2.1, RFC 6026 §7.1).</summary>
/// <remarks>
/// <code>
///                 INVITE, 100 after 200 ms
///              ┌──────▼───────┐
///   INVITE:    │  Proceeding  │↺ each minute: last 1xx
///   last 1xx ↺ └─┬──────────┬─┘
///        300-699 │          │ 2xx
///         ┌──────▼──┐   ┌───▼────┐
///  G and  │Completed│   │Accepted│↺ INVITE: absorbed; 2xx repeated by SuccessRetransmitter
///  INVITE:└─┬─────┬─┘   └───┬────┘
///  again ↺  │ ACK │ H       │ L
///     ┌─────▼───┐ │         │
///     │Confirmed│ │         │
///     └─────┬───┘ │         │
///         I │  ┌──▼─────────▼┐
///           └─►│ Terminated  │
///              └─────────────┘
/// </code>
/// Thread: signalling.
/// </remarks>
internal sealed class InviteServerTransaction : ServerTransaction
{
    private static readonly TimeSpan TryingDelay = TimeSpan.FromMilliseconds(200);

    // §13.3.1.1: a proxy cancels an INVITE that it hears nothing of for three minutes.
    private static readonly TimeSpan RingingInterval = TimeSpan.FromMinutes(1);

    private readonly Func<IncomingRequest, ReadOnlyMemory<byte>> _writeTrying;
    private ReadOnlyMemory<byte> _last;
    private TimeSpan _interval;
    private Action<Instant>? _expired;

    /// <summary>Starts the clock of the automatic 100, which <paramref name="writeTrying"/> writes when it is due.</summary>
    public InviteServerTransaction(
        Instant now, TransactionContext context, IncomingRequest request, Func<IncomingRequest, ReadOnlyMemory<byte>> writeTrying)
        : base(context, request)
    {
        _writeTrying = writeTrying;
        State = TransactionState.Proceeding;
        Timers.Set(this, SipTimer.Trying, now + TryingDelay);
    }

    /// <inheritdoc/>
    public override void HandleRepetition(Instant now)
    {
        if (State == TransactionState.Proceeding && _last.IsEmpty) SendTrying();
        else if (State is TransactionState.Proceeding or TransactionState.Completed) Send(_last);
    }

    /// <summary>Calls back at that time, unless a final response was sent before.</summary>
    public void ExpireAt(Instant at, Action<Instant> expired)
    {
        _expired = expired;
        Timers.Set(this, SipTimer.Expires, at);
    }

    /// <summary>The ACK to a refusal.</summary>
    public void HandleAck(Instant now)
    {
        if (State != TransactionState.Completed) return;
        StopTimers();
        State = TransactionState.Confirmed;
        Linger(now, SipTimer.I, Timers.T4);
    }

    /// <inheritdoc/>
    public override void Respond(Instant now, int status, ReadOnlyMemory<byte> response)
    {
        if (State != TransactionState.Proceeding) return;
        Timers.Stop(this, SipTimer.Trying, SipTimer.Ringing);
        _last = response;
        Send(response);
        if (status >= 200) Timers.Stop(this, SipTimer.Expires);
        if (status < 200) Timers.Set(this, SipTimer.Ringing, now + RingingInterval);
        else if (status >= 300) Complete(now);
        else BeAccepted(now);
    }

    /// <inheritdoc/>
    public override void HandleTimer(Instant now, SipTimer timer)
    {
        switch (timer)
        {
            case SipTimer.Trying:
                SendTrying();
                break;
            case SipTimer.Ringing:
                Send(_last);
                Timers.Set(this, SipTimer.Ringing, now + RingingInterval);
                break;
            case SipTimer.Expires:
                _expired?.Invoke(now);
                break;
            case SipTimer.G:
                Send(_last);
                _interval = Timers.Doubled(_interval);
                Timers.Set(this, SipTimer.G, now + _interval);
                break;
            default:
                End();
                break;
        }
    }

    /// <inheritdoc/>
    protected override void StopTimers() => Timers.Stop(this, SipTimer.Trying, SipTimer.Ringing, SipTimer.Expires, SipTimer.G, SipTimer.H, SipTimer.I, SipTimer.L);

    private void SendTrying()
    {
        Timers.Stop(this, SipTimer.Trying);
        _last = _writeTrying(Request);
        Send(_last);
    }

    private void Complete(Instant now)
    {
        State = TransactionState.Completed;
        _interval = Timers.T1;
        if (!Flow.IsReliable) Timers.Set(this, SipTimer.G, now + _interval);
        Timers.Set(this, SipTimer.H, now + Timers.GiveUp);
    }

    private void BeAccepted(Instant now)
    {
        State = TransactionState.Accepted;
        Timers.Set(this, SipTimer.L, now + Timers.GiveUp);
    }
}
