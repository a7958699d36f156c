// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>The server transaction of every request but INVITE and ACK (RFC 3261 §17.2.2).</summary>
/// <remarks>
/// <code>
///   request   ┌────────┐  1xx   ┌────────────┐
///  ──────────►│ Trying ├───────►│ Proceeding │↺ request: last 1xx again
///             └───┬────┘        └──────┬─────┘
///                 │ 200-699            │ 200-699
///                 │    ┌───────────┐   │
///                 └───►│ Completed │◄──┘
///     request: again ↺ └─────┬─────┘
///                            │ J
///                      ┌─────▼─────┐
///                      │Terminated │
///                      └───────────┘
/// </code>
/// Thread: signalling.
/// </remarks>
internal sealed class NonInviteServerTransaction : ServerTransaction
{
    private ReadOnlyMemory<byte> _last;

    /// <summary>Waits for its user's response.</summary>
    public NonInviteServerTransaction(TransactionContext context, IncomingRequest request)
        : base(context, request) => State = TransactionState.Trying;

    /// <inheritdoc/>
    public override void HandleRepetition(Instant now)
    {
        if (!_last.IsEmpty) Send(_last);
    }

    /// <inheritdoc/>
    public override void Respond(Instant now, int status, ReadOnlyMemory<byte> response)
    {
        if (!IsPending) return;
        _last = response;
        Send(response);
        State = status < 200 ? TransactionState.Proceeding : TransactionState.Completed;
        if (status >= 200) Linger(now, SipTimer.J, Timers.GiveUp);
    }

    /// <inheritdoc/>
    public override void HandleTimer(Instant now, SipTimer timer) => End();

    /// <inheritdoc/>
    protected override void StopTimers() => Timers.Stop(this, SipTimer.J);
}
