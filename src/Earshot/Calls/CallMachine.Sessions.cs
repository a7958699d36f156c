// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Earshot.Protocol;

namespace Earshot.Calls;

/// <content>Offers and answers: what media says of them, and the re-INVITEs that change a session (RFC 3261 §14).</content>
internal sealed partial class CallMachine
{
    private enum Reoffer
    {
        None,
        Making,
        Sent,
        WaitsForGlare,
    }

    private Reoffer _reoffer;
    private Instant _reofferAt = Instant.Never;
    private bool _reofferAgain;
    private bool _peersReofferIsOurs;

    /// <summary>Media has written the offer asked for by <see cref="CallAction.MakeOffer"/>.</summary>
    public void HandleOffer(Instant now, ReadOnlyMemory<byte> offer)
    {
        switch (Phase)
        {
            case CallPhase.Calling:
                Do(new CallAction.SendInvite(offer));
                break;
            case CallPhase.Incoming:
                Accept(offer);
                break;
            case CallPhase.Talking when _peersReofferIsOurs:
                Do(new CallAction.AcceptReinvite(offer));
                break;
            case CallPhase.Talking when _reoffer == Reoffer.Making:
                _reoffer = Reoffer.Sent;
                Do(new CallAction.SendReinvite(offer));
                break;
        }
    }

    /// <summary>Media could not write the offer: no port, no address.</summary>
    public void HandleOfferFailed(Instant now, CallEnd why)
    {
        switch (Phase)
        {
            case CallPhase.Calling:
                End(why);
                break;
            case CallPhase.Incoming:
                Do(new CallAction.SendReject(500, why.Message));
                End(why);
                break;
            case CallPhase.Talking when _peersReofferIsOurs:
                _peersReofferIsOurs = false;
                Do(new CallAction.RejectReinvite(500, why.Message));
                break;
            case CallPhase.Talking:
                _reoffer = Reoffer.None;
                Do(new CallAction.TellChangeRefused(0, why.Message));
                break;
        }
    }

    /// <summary>Media has answered the offer of <see cref="CallAction.MakeAnswer"/>, or says why it cannot.</summary>
    public void HandleAnswerMade(Instant now, ReadOnlyMemory<byte> answer, CallEnd? refusal)
    {
        switch (Phase)
        {
            case CallPhase.Incoming when refusal is not null:
                RefuseOffer(refusal);
                break;
            case CallPhase.Incoming:
                Accept(answer);
                break;
            case CallPhase.Talking when refusal is not null:
                Do(new CallAction.RejectReinvite(StatusOf(refusal), refusal.Message)); // the session stays as it was
                break;
            case CallPhase.Talking:
                Do(new CallAction.AcceptReinvite(answer));
                Do(new CallAction.TellChanged());
                break;
        }
    }

    /// <summary>Media has taken the peer's answer, or says why it cannot.</summary>
    public void HandleAnswerTaken(Instant now, CallEnd? refusal)
    {
        switch (Phase)
        {
            case CallPhase.Calling or CallPhase.Ringing when refusal is null:
                StartMedia(); // early media
                break;
            case CallPhase.Calling or CallPhase.Ringing:
                Cancel(now, refusal);
                break;
            case CallPhase.Talking when refusal is not null:
                Do(new CallAction.SendBye(refusal.Message));
                End(refusal);
                break;
            case CallPhase.Talking when _reoffer == Reoffer.Sent:
                ReofferDone();
                Do(new CallAction.TellChanged());
                break;
            case CallPhase.Talking when _peersReofferIsOurs:
                _peersReofferIsOurs = false;
                Do(new CallAction.TellChanged());
                ReofferDone();
                break;
            case CallPhase.Talking:
                Connect();
                break;
        }
    }

    /// <summary>The user wants the session changed (hold, resume, codec): media knows what to offer.</summary>
    public void ChangeSession(Instant now)
    {
        if (Phase is CallPhase.HangingUp or CallPhase.Cancelling or CallPhase.Ended) return;
        if (Phase != CallPhase.Talking || _reoffer != Reoffer.None || _peersReofferIsOurs)
        {
            _reofferAgain = true; // one at a time, and not before both talk: the latest wish goes out when nothing else is pending
            return;
        }

        _reoffer = Reoffer.Making;
        Do(new CallAction.MakeOffer());
    }

    /// <summary>The peer's re-INVITE. The core has answered 491 or 500 itself where RFC 3261 §14.2 says so.</summary>
    public void HandleReinvite(Instant now, ReadOnlyMemory<byte> offer)
    {
        if (Phase != CallPhase.Talking)
        {
            Do(new CallAction.RejectReinvite(Phase == CallPhase.Answering ? 500 : 481, null));
            return;
        }

        // An offer of ours is open, asked for by the user or by the peer, who has yet to answer it in its ACK: one at a time (RFC 3264 §4).
        if (_reoffer == Reoffer.Making || _peersReofferIsOurs)
        {
            Do(new CallAction.RejectReinvite(491, null));
            return;
        }

        _peersReofferIsOurs = offer.IsEmpty;
        Do(offer.IsEmpty ? new CallAction.MakeOffer() : new CallAction.MakeAnswer(offer));
    }

    /// <summary>A 2xx to our re-INVITE.</summary>
    public void HandleReinviteAnswered(Instant now, ReadOnlyMemory<byte> answer)
    {
        Do(new CallAction.SendAck(default));
        if (Phase != CallPhase.Talking || _reoffer != Reoffer.Sent) return;
        if (!answer.IsEmpty)
        {
            Do(new CallAction.TakeAnswer(answer));
            return;
        }

        Do(new CallAction.RollBack());
        ReofferDone();
        Do(new CallAction.TellChangeRefused(200, "the other side answered the change without a session description"));
    }

    /// <summary>Our re-INVITE was refused.</summary>
    public void HandleReinviteFailed(Instant now, int status, string? reason)
    {
        if (Phase != CallPhase.Talking || _reoffer != Reoffer.Sent) return;
        Do(new CallAction.RollBack());
        if (status == 491)
        {
            _reoffer = Reoffer.WaitsForGlare;
            _reofferAt = now + GlareWait();
        }
        else if (status is 408 or 481)
        {
            // RFC 3261 §14.1: the dialog is gone on the other side.
            Do(new CallAction.SendBye(null));
            End(CallEnds.FromStatus(status, reason, null));
        }
        else
        {
            ReofferDone();
            Do(new CallAction.TellChangeRefused(status, $"the other side refused the change: {status} {reason}"));
        }
    }

    // The peer asked for our offer and has to answer it here; the session stays as it was when it does not.
    private void HandleReinviteAck(ReadOnlyMemory<byte> answer)
    {
        if (!answer.IsEmpty)
        {
            Do(new CallAction.TakeAnswer(answer));
            return;
        }

        _peersReofferIsOurs = false;
        Do(new CallAction.RollBack());
        ReofferDone();
    }

    // What a refusal of ours may say (RFC 3261 §21.4): anything else would leave the request unanswered.
    private static int StatusOf(CallEnd refusal) => refusal.SipStatus is >= 400 and <= 699 ? refusal.SipStatus : 488;

    /// <summary>RFC 3261 §14.1: 2.1–4.0 s in steps of 10 ms for the owner of the Call-ID, 0–2.0 s for the other.</summary>
    private TimeSpan GlareWait()
    {
        Span<byte> bytes = stackalloc byte[4];
        _random.Fill(bytes);
        var draw = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return TimeSpan.FromMilliseconds(IsCaller ? 2100 + (10 * (draw % 191)) : 10 * (draw % 201));
    }

    private void RetryReoffer()
    {
        if (Phase != CallPhase.Talking || _reoffer != Reoffer.WaitsForGlare) return;
        if (_peersReofferIsOurs)
        {
            // The peer asked for our offer meanwhile: ours goes out once that is done.
            _reoffer = Reoffer.None;
            _reofferAgain = true;
            return;
        }

        _reoffer = Reoffer.Making;
        Do(new CallAction.MakeOffer());
    }

    private void ReofferDone()
    {
        // A wish that waits for the end of a glare keeps its own time.
        if (_reoffer == Reoffer.WaitsForGlare) return;
        _reoffer = Reoffer.None;
        OfferWhatWasWished();
    }

    private void OfferWhatWasWished()
    {
        if (!_reofferAgain) return;
        _reofferAgain = false;
        _reoffer = Reoffer.Making;
        Do(new CallAction.MakeOffer());
    }
}
