// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Calls;

/// <content>The callee's side of set-up: ringing, answer, ACK.</content>
internal sealed partial class CallMachine
{
    private bool _offerIsOurs;
    private bool _answerWanted;
    private ReadOnlyMemory<byte> _peersOffer;

    /// <summary>An INVITE has come; <paramref name="offer"/> is empty when the caller leaves the offer to us.</summary>
    /// <remarks>
    /// The offer is judged at once, so that a call that cannot be is refused before it rings. Media itself, with its port, waits for the
    /// answer: strangers can make a phone ring, and must not use up what an answered call needs.
    /// </remarks>
    public void HandleInvite(Instant now, ReadOnlyMemory<byte> offer)
    {
        if (Phase != CallPhase.New) return;
        Enter(CallPhase.Incoming, now + _times.AnswerTimeout);
        _offerIsOurs = offer.IsEmpty;
        _peersOffer = offer;
        if (_offerIsOurs) Do(new CallAction.SendRinging(180, default));
        else Do(new CallAction.JudgeOffer(offer));
    }

    /// <summary>Media could answer the offer, or says why it cannot.</summary>
    public void HandleOfferJudged(Instant now, CallEnd? refusal)
    {
        if (Phase != CallPhase.Incoming) return;
        if (refusal is not null) RefuseOffer(refusal);
        else if (!_answerWanted) Do(new CallAction.SendRinging(180, default));
    }

    /// <summary>The user answers.</summary>
    public void Answer(Instant now)
    {
        if (Phase != CallPhase.Incoming || _answerWanted) return;
        _answerWanted = true;
        Do(_offerIsOurs ? new CallAction.MakeOffer() : new CallAction.MakeAnswer(_peersOffer));
    }

    /// <summary>The user refuses.</summary>
    /// <param name="now">The time.</param>
    /// <param name="status">300 to 699.</param>
    public void Reject(Instant now, int status)
    {
        if (Phase != CallPhase.Incoming) return;
        Do(new CallAction.SendReject(status, null));
        End(CallEnds.Rejected(status));
    }

    /// <summary>The caller's CANCEL (the core has answered it and the INVITE).</summary>
    public void HandleCancelled(Instant now)
    {
        if (Phase == CallPhase.Incoming) End(CallEnds.CallerGaveUp);
    }

    /// <summary>The ACK to our 2xx, with the answer when the offer was ours.</summary>
    public void HandleAck(Instant now, ReadOnlyMemory<byte> answer)
    {
        switch (Phase)
        {
            case CallPhase.Answering when _offerIsOurs && answer.IsEmpty:
                Do(new CallAction.SendBye("no answer in the ACK"));
                End(new(CallEndReason.Failed, 400, "the caller sent no session description"));
                break;
            case CallPhase.Answering:
                Enter(CallPhase.Talking, Instant.Never);
                if (_offerIsOurs) Do(new CallAction.TakeAnswer(answer));
                else Connect();
                break;
            case CallPhase.HangingUp:
                Do(new CallAction.SendBye(_whyHungUp == CallEnds.HungUp ? null : _whyHungUp.Message));
                End(_whyHungUp);
                break;
            case CallPhase.Talking when _peersReofferIsOurs:
                HandleReinviteAck(answer);
                break;
        }
    }

    /// <summary>Our 2xx was never confirmed: RFC 3261 §13.3.1.4, the session is ended with BYE.</summary>
    public void HandleAckMissing(Instant now)
    {
        if (Phase is not (CallPhase.Answering or CallPhase.HangingUp or CallPhase.Talking)) return;
        Do(new CallAction.SendBye("no ACK"));
        End(CallEnds.AckMissing);
    }

    private void Accept(ReadOnlyMemory<byte> sdp)
    {
        _peersOffer = default;
        _wasAnswered = true;
        Enter(CallPhase.Answering, Instant.Never);
        Do(new CallAction.SendAccept(sdp));
        // The exchange is complete once the answer leaves: waiting for the ACK would clip the first word.
        if (!_offerIsOurs) StartMedia();
    }

    private void RefuseOffer(CallEnd why)
    {
        Do(new CallAction.SendReject(StatusOf(why), why.Message));
        End(why);
    }
}
