// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>The client transaction of every request but INVITE and ACK (RFC 3261 §17.1.2).</summary>
/// <remarks>
/// <code>
///            request sent
///            ┌───▼────┐  E: send again, interval doubled up to T2 (UDP)
///            │ Trying ├──────────────┐
///            └─┬────┬─┘              │ F or flow failed: told
///          1xx │    │ 200-699        │
///      ┌───────▼──┐ │                │
///      │Proceeding├─┼────────────────┤   E: send again each T2
///      └───────┬──┘ │                │
///      200-699 │    │                │
///            ┌─▼────▼──┐  K    ┌─────▼────┐
///            │Completed├──────►│Terminated│
///            └─────────┘       └──────────┘
/// </code>
/// Thread: signalling.
/// </remarks>
internal sealed class NonInviteClientTransaction(TransactionContext context, IClientTransactionUser user, OutgoingRequest request)
    : ClientTransaction(context, user, request)
{
    private TimeSpan _interval;

    /// <inheritdoc/>
    public override void Start(Instant now)
    {
        State = TransactionState.Trying;
        Send(Request.Message);
        _interval = Timers.T1;
        if (!Flow.IsReliable) Timers.Set(this, SipTimer.E, now + _interval);
        Timers.Set(this, SipTimer.F, now + Timers.GiveUp);
    }

    /// <inheritdoc/>
    public override void HandleResponse(Instant now, IncomingResponse response)
    {
        if (!IsPending) return;
        if (response.Status < 200)
        {
            State = TransactionState.Proceeding;
        }
        else
        {
            StopTimers();
            State = TransactionState.Completed;
            Linger(now, SipTimer.K, Timers.T4);
        }

        User.HandleResponse(now, this, response);
    }

    /// <inheritdoc/>
    public override void HandleTimer(Instant now, SipTimer timer)
    {
        switch (timer)
        {
            case SipTimer.E:
                Send(Request.Message);
                _interval = State == TransactionState.Proceeding ? Timers.T2 : Timers.Doubled(_interval);
                Timers.Set(this, SipTimer.E, now + _interval);
                break;
            case SipTimer.F:
                Fail(now, 408);
                break;
            default:
                End();
                break;
        }
    }

    /// <inheritdoc/>
    protected override void StopTimers() => Timers.Stop(this, SipTimer.E, SipTimer.F, SipTimer.K);
}
