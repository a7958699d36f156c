// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>The INVITE client transaction (RFC 3261 §17.1.1, RFC 6026 §7.2).</summary>
/// <remarks>
/// <code>
///            INVITE sent
///                │            A: send again, interval doubled (UDP)
///            ┌───▼────┐       B or flow failed: told, Terminated
///            │Calling ├──────────────────────────────┐
///            └─┬──┬──┬┘                              │
///          1xx │  │  └──────── 2xx ───────────┐      │
///            ┌─▼──┼───────┐                   │      │
///       1xx ↺│Proceeding  ├────── 2xx ────────┤      │
///            └─┬──┼───────┘             ┌─────▼────┐ │
///      300-699 │  │ 300-699             │ Accepted │↺ 2xx, told each time
///       ACK    │  │  ACK                └─────┬────┘ │
///            ┌─▼──▼─────┐                   M │      │
///            │Completed │↺ 300-699: ACK       │      │
///            └────┬─────┘                     │      │
///               D │        ┌──────────┐       │      │
///                 └───────►│Terminated│◄──────┴──────┘
///                          └──────────┘
/// </code>
/// Thread: signalling.
/// </remarks>
internal sealed class InviteClientTransaction(TransactionContext context, IClientTransactionUser user, OutgoingRequest request)
    : ClientTransaction(context, user, request)
{
    private TimeSpan _interval;
    private ReadOnlyMemory<byte> _ack;

    /// <inheritdoc/>
    public override void Start(Instant now)
    {
        State = TransactionState.Calling;
        Send(Request.Message);
        _interval = Timers.T1;
        if (!Flow.IsReliable) Timers.Set(this, SipTimer.A, now + _interval);
        Timers.Set(this, SipTimer.B, now + Timers.GiveUp);
    }

    /// <inheritdoc/>
    public override void HandleResponse(Instant now, IncomingResponse response)
    {
        if (response.Status >= 300) HandleRefusal(now, response);
        else if (response.Status >= 200) HandleSuccess(now, response);
        else HandleProvisional(now, response);
    }

    /// <inheritdoc/>
    public override void HandleTimer(Instant now, SipTimer timer)
    {
        switch (timer)
        {
            case SipTimer.A:
                Send(Request.Message);
                _interval *= 2;
                Timers.Set(this, SipTimer.A, now + _interval);
                break;
            case SipTimer.B:
                Fail(now, 408);
                break;
            default:
                End();
                break;
        }
    }

    /// <summary>Sends the request no more; what comes of it is still told.</summary>
    public void StopRepeating() => Timers.Stop(this, SipTimer.A);

    /// <inheritdoc/>
    protected override void StopTimers() => Timers.Stop(this, SipTimer.A, SipTimer.B, SipTimer.D, SipTimer.M);

    private void HandleProvisional(Instant now, IncomingResponse response)
    {
        if (!IsPending) return;
        State = TransactionState.Proceeding;
        Timers.Stop(this, SipTimer.A, SipTimer.B);
        User.HandleResponse(now, this, response);
    }

    private void HandleSuccess(Instant now, IncomingResponse response)
    {
        if (State == TransactionState.Completed) return;
        if (State != TransactionState.Accepted)
        {
            StopTimers();
            State = TransactionState.Accepted;
            Timers.Set(this, SipTimer.M, now + Timers.GiveUp);
        }

        User.HandleResponse(now, this, response);
    }

    private void HandleRefusal(Instant now, IncomingResponse response)
    {
        if (State == TransactionState.Completed) Send(_ack);
        if (!IsPending) return;

        StopTimers();
        State = TransactionState.Completed;
        _ack = RequestWriter.WriteAckToRefusal(Request, response.To);
        Send(_ack);

        // Longer than the peer may go on repeating the refusal for want of our ACK.
        Linger(now, SipTimer.D, Timers.GiveUp);
        User.HandleResponse(now, this, response);
    }
}
