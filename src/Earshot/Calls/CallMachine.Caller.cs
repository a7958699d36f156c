// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Calls;

/// <content>The caller's side of set-up: INVITE, progress, answer, CANCEL.</content>
internal sealed partial class CallMachine
{
    private CallEnd _whyCancelled = CallEnds.Cancelled;

    /// <summary>The user places the call.</summary>
    public void Place(Instant now)
    {
        if (Phase != CallPhase.New) return;
        IsCaller = true;
        Enter(CallPhase.Calling, now + _times.RingTimeout);
        Do(new CallAction.MakeOffer());
    }

    /// <summary>A provisional response; early media when it carries an answer (RFC 3261 §13.2.1, RFC 3960).</summary>
    public void HandleProgress(Instant now, int status, ReadOnlyMemory<byte> sdp)
    {
        if (Phase is not (CallPhase.Calling or CallPhase.Ringing) || status == 100) return;
        Phase = CallPhase.Ringing; // the ring timeout runs on
        if (!sdp.IsEmpty && _earlyAnswer.IsEmpty)
        {
            _earlyAnswer = sdp;
            Do(new CallAction.TakeAnswer(sdp, Final: false));
        }

        Do(new CallAction.TellRinging(status, !_earlyAnswer.IsEmpty));
    }

    /// <summary>A 2xx to our INVITE.</summary>
    public void HandleAnswered(Instant now, ReadOnlyMemory<byte> sdp)
    {
        switch (Phase)
        {
            case CallPhase.Calling or CallPhase.Ringing:
                Do(new CallAction.SendAck(default));
                _wasAnswered = true;
                Enter(CallPhase.Talking, Instant.Never);
                // A 183 may have come from another phone than the 2xx: what the 2xx says counts. It may also leave out what the 183 said.
                if (sdp.IsEmpty && _earlyAnswer.IsEmpty) HangUpWithoutSession();
                else Do(new CallAction.TakeAnswer(sdp.IsEmpty ? _earlyAnswer : sdp));
                break;
            case CallPhase.Cancelling or CallPhase.Ended:
                // The CANCEL crossed the 200: the call exists now and is ended as a call (RFC 3261 §9.1).
                Do(new CallAction.SendAck(default));
                Do(new CallAction.SendBye(_whyCancelled.Reason == CallEndReason.NotEncrypted ? _whyCancelled.Message : null));
                End(_whyCancelled);
                break;
        }
    }

    /// <summary>A final answer that is not 2xx, a timeout or a transport that failed.</summary>
    public void HandleFailed(Instant now, CallEnd end)
    {
        switch (Phase)
        {
            case CallPhase.Calling or CallPhase.Ringing:
                End(end);
                break;
            case CallPhase.Cancelling:
                End(_whyCancelled);
                break;
        }
    }

    /// <summary>True while the offer of our first INVITE may be followed by another one: nothing is agreed yet.</summary>
    public bool MayTryAgain => IsCaller && !_mediaFlows && Phase is CallPhase.Calling or CallPhase.Ringing or CallPhase.Talking;

    /// <summary>The INVITE was refused, or answered without the stream, and media has another way to offer: once more, when that is ready.</summary>
    public void TryAgain(Instant now)
    {
        if (!MayTryAgain) return;
        if (Phase == CallPhase.Talking)
        {
            Do(new CallAction.SendBye("another way of encryption is tried"));
            _phaseEnds = now + _times.RingTimeout;
        }

        Phase = CallPhase.New; // nothing is out that could be cancelled; and who was refused at once waits no longer than who rings
        _wasAnswered = false;
        _earlyAnswer = default;
        Do(new CallAction.PrepareOffer());
    }

    /// <summary>Media is ready for the offer of <see cref="CallAction.PrepareOffer"/>.</summary>
    public void HandlePrepared(Instant now)
    {
        if (Phase != CallPhase.New || !IsCaller) return; // given up meanwhile
        Phase = CallPhase.Calling;
        Do(new CallAction.MakeOffer());
    }

    private void Cancel(Instant now, CallEnd why)
    {
        _whyCancelled = why;
        Enter(CallPhase.Cancelling, now + _times.CancelTimeout);
        Do(new CallAction.SendCancel());
    }

    private void HangUpWithoutSession()
    {
        Do(new CallAction.SendBye("no answer in the 200"));
        End(new(CallEndReason.Failed, 200, "the other side answered without a session description"));
    }

    private void Connect()
    {
        StartMedia();
        Do(new CallAction.TellConnected());
        OfferWhatWasWished();
    }
}
