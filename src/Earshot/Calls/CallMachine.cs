// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Calls;

/// <summary>Where a call stands.</summary>
internal enum CallPhase
{
    New,
    Calling,
    Ringing,
    Cancelling,
    Incoming,
    Answering,
    Talking,
    HangingUp,
    Ended,
}

/// <summary>Decides what a call does next: signalling events × media events × the user's wishes → actions.</summary>
/// <remarks>
/// <code>
/// caller  New ─Place→ Calling ─18x→ Ringing ─2xx→ Talking ─BYE, HangUp, silence→ Ended
///          ↑             ├── HangUp, ring timeout ──→ Cancelling ─487, 32 s→ Ended
///          │             │                               └─2xx (it crossed)→ ACK, BYE → Ended
///          └─ TryAgain ──┘ (488, no stream: another way of encryption)
/// callee  New ─INVITE→ Incoming ─Answer→ Answering ─ACK→ Talking
///                        │ Reject, CANCEL    └ HangUp → HangingUp ─ACK, no ACK→ BYE → Ended
///                        └→ Ended            (RFC 3261 §15: no BYE before the ACK)
/// </code>
/// Pure: it is told the time, owns no thread, socket or clock, and does nothing itself. Mutate once with a Handle verb,
/// then poll the actions until none is left. Thread: one at a time (the signalling loop, or a test).
/// The parts: <c>CallMachine.Caller</c>, <c>CallMachine.Callee</c>, <c>CallMachine.Sessions</c> (re-INVITE),
/// <c>CallMachine.Release</c>.
/// </remarks>
internal sealed partial class CallMachine
{
    private readonly Queue<CallAction> _actions = new();
    private readonly CallTimes _times;
    private readonly IRandomSource _random;
    private ReadOnlyMemory<byte> _earlyAnswer;
    private Instant _phaseEnds = Instant.Never;
    private bool _mediaFlows;
    private bool _wasAnswered;

    public CallMachine(CallTimes times, IRandomSource random)
    {
        _times = times;
        _random = random;
    }

    /// <summary>Where the call stands.</summary>
    public CallPhase Phase { get; private set; } = CallPhase.New;

    /// <summary>True for the side that sent the first INVITE (it owns the Call-ID, RFC 3261 §14.1).</summary>
    public bool IsCaller { get; private set; }

    /// <summary>Takes the next thing to do.</summary>
    public bool PollAction([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CallAction? action) => _actions.TryDequeue(out action);

    /// <summary>When <see cref="HandleTimeout"/> wants to be called next.</summary>
    public Instant PollTimeout() => Instant.Min(_phaseEnds, _reofferAt);

    /// <summary>Time has come for whatever was due at <paramref name="now"/>.</summary>
    public void HandleTimeout(Instant now)
    {
        if (now >= _phaseEnds)
        {
            _phaseEnds = Instant.Never;
            HandlePhaseTimeout(now);
        }

        if (now >= _reofferAt)
        {
            _reofferAt = Instant.Never;
            RetryReoffer();
        }
    }

    private void HandlePhaseTimeout(Instant now)
    {
        switch (Phase)
        {
            case CallPhase.Calling or CallPhase.Ringing:
                Cancel(now, CallEnds.NoAnswer);
                break;
            case CallPhase.Cancelling:
                End(_whyCancelled); // RFC 3261 §9.1: 64·T1 after CANCEL without a final response, it counts as cancelled
                break;
            case CallPhase.New:
                End(CallEnds.NoAnswer);
                break;
            case CallPhase.Incoming:
                Do(new CallAction.SendReject(480, "No Answer"));
                End(CallEnds.NoAnswer);
                break;
        }
    }

    private void Enter(CallPhase phase, Instant until)
    {
        Phase = phase;
        _phaseEnds = until;
    }

    private void Do(CallAction action) => _actions.Enqueue(action);

    private void StartMedia()
    {
        if (_mediaFlows) return;
        _mediaFlows = true;
        Do(new CallAction.StartMedia());
    }
}

/// <summary>How long a call waits for what.</summary>
/// <param name="RingTimeout">A caller lets it ring so long, then cancels.</param>
/// <param name="AnswerTimeout">A callee rings so long, then answers 480.</param>
/// <param name="CancelTimeout">64·T1 of RFC 3261 §9.1.</param>
internal sealed record CallTimes(TimeSpan RingTimeout, TimeSpan AnswerTimeout, TimeSpan CancelTimeout)
{
    public static readonly CallTimes Default = new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(180), TimeSpan.FromSeconds(32));
}
