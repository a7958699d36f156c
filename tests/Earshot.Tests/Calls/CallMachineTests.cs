// SPDX-License-Identifier: MIT
using Earshot.Calls;
using Earshot.Protocol;
using static Earshot.Calls.CallAction;

namespace Earshot.Tests.Calls;

/// <summary>What a call decides, event by event, in told time.</summary>
public sealed class CallMachineTests
{
    private static readonly ReadOnlyMemory<byte> Offer = "offer"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> AnswerSdp = "answer"u8.ToArray();
    private static readonly CallEnd NoEncryption = new(CallEndReason.NotEncrypted, 488, "the other side offers no encryption");

    private readonly CallMachine _call = new(CallTimes.Default, new FixedRandom());
    private Instant _now = Instant.Zero;

    [Fact]
    public void ACallerInvitesRingsTalksAndHangsUp()
    {
        Calling();
        _call.HandleProgress(_now, 180, default);
        Expect(new TellRinging(180, false));
        _call.HandleAnswered(_now, AnswerSdp);
        Expect(new SendAck(default), new TakeAnswer(AnswerSdp));
        _call.HandleAnswerTaken(_now, null);
        Expect(new StartMedia(), new TellConnected());
        _call.HangUp(_now);
        Expect(new SendBye(null), new StopMedia(), new TellEnded(CallEnds.HungUp));
        Assert.Equal(CallPhase.Ended, _call.Phase);
    }

    [Fact]
    public void ACalleeIsHeardAsSoonAsItAnswers()
    {
        AnsweredHere();
        _call.HandleAck(_now, default);
        Expect(new TellConnected());
    }

    [Fact]
    public void EarlyMediaIsTakenOnceAndTheSameAnswerAgainConnects()
    {
        Calling();
        _call.HandleProgress(_now, 183, AnswerSdp);
        Expect(new TakeAnswer(AnswerSdp, Final: false), new TellRinging(183, true));
        _call.HandleAnswerTaken(_now, null);
        Expect(new StartMedia());
        _call.HandleProgress(_now, 180, AnswerSdp);
        Expect(new TellRinging(180, true));
        _call.HandleAnswered(_now, AnswerSdp);
        Expect(new SendAck(default), new TakeAnswer(AnswerSdp));
        _call.HandleAnswerTaken(_now, null);
        Expect(new TellConnected());
    }

    [Fact]
    public void ACancelThatCrosses200EndsTheCallWithBye()
    {
        Calling();
        _call.HangUp(_now);
        Expect(new SendCancel());
        _call.HandleAnswered(_now, AnswerSdp);
        Expect(new SendAck(default), new SendBye(null), new TellEnded(CallEnds.Cancelled));
    }

    [Fact]
    public void ACancelledCallEndsOn487()
    {
        Calling();
        _call.HangUp(_now);
        Expect(new SendCancel());
        _call.HandleFailed(_now, CallEnds.FromStatus(487, "Request Terminated", null));
        Expect(new TellEnded(CallEnds.Cancelled));
    }

    [Fact]
    public void ACancelThatNobodyAnswersEndsAfter64T1()
    {
        Calling();
        _call.HangUp(_now);
        Expect(new SendCancel());
        Assert.Equal(_now + TimeSpan.FromSeconds(32), _call.PollTimeout());
        Pass(TimeSpan.FromSeconds(32));
        Expect(new TellEnded(CallEnds.Cancelled));
    }

    [Fact]
    public void ACallerStopsRingingAfterAMinute()
    {
        Calling();
        _call.HandleProgress(_now, 180, default);
        Expect(new TellRinging(180, false));
        Pass(TimeSpan.FromSeconds(60));
        Expect(new SendCancel());
        _call.HandleFailed(_now, CallEnds.FromStatus(487, null, null));
        Expect(new TellEnded(CallEnds.NoAnswer));
    }

    [Fact]
    public void AnUnansweredCalleeSaysSo()
    {
        Incoming();
        Pass(TimeSpan.FromSeconds(180));
        Expect(new SendReject(480, "No Answer"), new TellEnded(CallEnds.NoAnswer));
    }

    [Fact]
    public void ACallThatCannotBeEncryptedIsRefusedBeforeItRings()
    {
        _call.HandleInvite(_now, Offer);
        Expect(new JudgeOffer(Offer));
        _call.HandleOfferJudged(_now, NoEncryption);
        Expect(new SendReject(488, NoEncryption.Message), new TellEnded(NoEncryption));
    }

    [Fact]
    public void APhoneWithoutAFreePortRefusesWhatItWouldAnswer()
    {
        var noPort = new CallEnd(CallEndReason.NetworkError, 500, "no port is free");
        Incoming();
        _call.Answer(_now);
        _call.Answer(_now);
        Expect(new MakeAnswer(Offer));
        _call.HandleAnswerMade(_now, default, noPort);
        Expect(new SendReject(500, noPort.Message), new TellEnded(noPort));
    }

    /// <summary>Who gives up for what it has seen in early media says so: the other side must not take it for a change of mind.</summary>
    [Fact]
    public void ACancelForFailedKeysThatCrosses200SaysWhyInItsBye()
    {
        Calling();
        _call.HandleKeysFailed(_now, NoEncryption);
        Expect(new SendCancel());
        _call.HandleAnswered(_now, AnswerSdp);
        Expect(new SendAck(default), new SendBye(NoEncryption.Message), new TellEnded(NoEncryption));
    }

    [Fact]
    public void AnAnswerWithoutEncryptionEndsTheCallBeforeMediaStarts()
    {
        Calling();
        _call.HandleAnswered(_now, AnswerSdp);
        Expect(new SendAck(default), new TakeAnswer(AnswerSdp));
        _call.HandleAnswerTaken(_now, NoEncryption);
        Expect(new SendBye(NoEncryption.Message), new TellEnded(NoEncryption));
    }

    [Fact]
    public void ACalleeThatHangsUpBeforeTheAckWaitsForIt()
    {
        AnsweredHere();
        _call.HangUp(_now);
        Expect(new StopMedia());
        _call.HandleAck(_now, default);
        Expect(new SendBye(null), new TellEnded(CallEnds.HungUp));
    }

    [Fact]
    public void AnAnswerThatIsNeverConfirmedEndsWithBye()
    {
        AnsweredHere();
        _call.HandleAckMissing(_now);
        Expect(new SendBye("no ACK"), new StopMedia(), new TellEnded(CallEnds.AckMissing));
    }

    [Fact]
    public void BothHangUpAtOnce()
    {
        Talking();
        _call.HangUp(_now);
        Expect(new SendBye(null), new StopMedia(), new TellEnded(CallEnds.HungUp));
        _call.HandleBye(_now, null);
        Expect();
    }

    [Fact]
    public void ByeDuringSetUpEndsTheCall()
    {
        Incoming();
        _call.HandleBye(_now, null);
        Expect(new TellEnded(CallEnds.CallerGaveUp));
    }

    [Fact]
    public void MediaThatBreaksDownEndsTheCallWithBye()
    {
        Talking();
        _call.HandleMediaFailed(_now);
        Expect(new SendBye("media failed"), new StopMedia(), new TellEnded(CallEnds.MediaFailed));
        _call.HandleMediaFailed(_now);
        Expect();
    }

    [Fact]
    public void SilenceFromThePeerEndsTheCallWithItsReason()
    {
        Talking();
        _call.HandleSilence(_now, TimeSpan.FromSeconds(20));
        Expect(new SendBye("no media"), new StopMedia(), new TellEnded(CallEnds.MediaSilent(TimeSpan.FromSeconds(20))));
    }

    [Fact]
    public void HoldIsOfferedAndTaken()
    {
        Talking();
        _call.ChangeSession(_now);
        Expect(new MakeOffer());
        _call.HandleOffer(_now, Offer);
        Expect(new SendReinvite(Offer));
        _call.HandleReinviteAnswered(_now, AnswerSdp);
        Expect(new SendAck(default), new TakeAnswer(AnswerSdp));
        _call.HandleAnswerTaken(_now, null);
        Expect(new TellChanged());
    }

    [Fact]
    public void GlareWaitsAndTriesAgain()
    {
        Talking();
        _call.ChangeSession(_now);
        Expect(new MakeOffer());
        _call.HandleOffer(_now, Offer);
        Expect(new SendReinvite(Offer));
        _call.HandleReinviteFailed(_now, 491, "Request Pending");
        Expect(new RollBack());
        var wait = _call.PollTimeout() - _now;
        Assert.InRange(wait.TotalSeconds, 2.1, 4.0); // RFC 3261 §14.1: we own the Call-ID
        Pass(wait);
        Expect(new MakeOffer());
    }

    [Fact]
    public void ARefusedChangeLeavesTheCallAsItWas()
    {
        Talking();
        _call.ChangeSession(_now);
        _call.HandleOffer(_now, Offer);
        Expect(new MakeOffer(), new SendReinvite(Offer));
        _call.HandleReinviteFailed(_now, 488, "Not Acceptable Here");
        Expect(new RollBack(), new TellChangeRefused(488, "the other side refused the change: 488 Not Acceptable Here"));
        Assert.Equal(CallPhase.Talking, _call.Phase);
    }

    [Fact]
    public void AReinviteThatFindsNoDialogEndsTheCall()
    {
        Talking();
        _call.ChangeSession(_now);
        _call.HandleOffer(_now, Offer);
        Expect(new MakeOffer(), new SendReinvite(Offer));
        _call.HandleReinviteFailed(_now, 481, null);
        Expect(new RollBack(), new SendBye(null), new StopMedia(), new TellEnded(CallEnds.FromStatus(481, null, null)));
    }

    [Fact]
    public void AWishDuringAChangeGoesOutAfterIt()
    {
        Talking();
        _call.ChangeSession(_now);
        _call.HandleOffer(_now, Offer);
        _call.ChangeSession(_now);
        Expect(new MakeOffer(), new SendReinvite(Offer));
        _call.HandleReinviteAnswered(_now, AnswerSdp);
        _call.HandleAnswerTaken(_now, null);
        Expect(new SendAck(default), new TakeAnswer(AnswerSdp), new MakeOffer(), new TellChanged());
    }

    [Fact]
    public void APeerThatLeavesTheOfferToUsAnswersInTheAck()
    {
        _call.HandleInvite(_now, default);
        Expect(new SendRinging(180, default));
        _call.Answer(_now);
        Expect(new MakeOffer());
        _call.HandleOffer(_now, Offer);
        Expect(new SendAccept(Offer));
        _call.HandleAck(_now, AnswerSdp);
        Expect(new TakeAnswer(AnswerSdp));
        _call.HandleAnswerTaken(_now, null);
        Expect(new StartMedia(), new TellConnected());
    }

    [Fact]
    public void A200OfAnotherPhoneThanTheEarlyMediaCounts()
    {
        ReadOnlyMemory<byte> other = "another phone's answer"u8.ToArray();
        Calling();
        _call.HandleProgress(_now, 183, AnswerSdp);
        _call.HandleAnswerTaken(_now, null);
        Expect(new TakeAnswer(AnswerSdp, Final: false), new TellRinging(183, true), new StartMedia());
        _call.HandleAnswered(_now, other);
        Expect(new SendAck(default), new TakeAnswer(other));
        _call.HandleAnswerTaken(_now, null);
        Expect(new TellConnected());
    }

    [Fact]
    public void APhoneThatCannotBeReachedWhileItRingsEndsNoCallThatAnotherMayTake()
    {
        ReadOnlyMemory<byte> other = "another phone's answer"u8.ToArray();
        Calling();
        _call.HandleProgress(_now, 183, AnswerSdp);
        _call.HandleAnswerTaken(_now, null);
        Expect(new TakeAnswer(AnswerSdp, Final: false), new TellRinging(183, true), new StartMedia());
        _call.HandlePathFailed(_now, CallEnds.NoPath);
        Expect();
        _call.HandleAnswered(_now, other);
        Expect(new SendAck(default), new TakeAnswer(other));
        _call.HandleAnswerTaken(_now, null);
        Expect(new TellConnected());
        _call.HandlePathFailed(_now, CallEnds.PathLost);
        Expect(new SendBye(CallEnds.PathLost.Message), new StopMedia(), new TellEnded(CallEnds.PathLost));
    }

    [Fact]
    public void A200WithoutSdpConfirmsWhatThe183Said()
    {
        Calling();
        _call.HandleProgress(_now, 183, AnswerSdp);
        _call.HandleAnswerTaken(_now, null);
        _call.HandleAnswered(_now, default);
        Expect(new TakeAnswer(AnswerSdp, Final: false), new TellRinging(183, true), new StartMedia(), new SendAck(default), new TakeAnswer(AnswerSdp));
    }

    [Fact]
    public void A200WithoutAnyAnswerIsHungUp()
    {
        Calling();
        _call.HandleAnswered(_now, default);
        var actions = Taken();
        Assert.Equal([new SendAck(default), new SendBye("no answer in the 200")], actions[..2]);
        Assert.Equal(CallEndReason.Failed, Assert.IsType<TellEnded>(actions[2]).End.Reason);
    }

    [Fact]
    public void A200AfterTheEndIsAcknowledgedAndHungUp()
    {
        Calling();
        _call.HandleProgress(_now, 180, default);
        _call.HangUp(_now);
        Pass(TimeSpan.FromSeconds(32));
        Expect(new TellRinging(180, false), new SendCancel(), new TellEnded(CallEnds.Cancelled));
        _call.HandleAnswered(_now, AnswerSdp);
        Expect(new SendAck(default), new SendBye(null));
    }

    [Fact]
    public void AWishBeforeTheAckGoesOutAfterIt()
    {
        AnsweredHere();
        _call.ChangeSession(_now);
        Expect();
        _call.HandleAck(_now, default);
        Expect(new TellConnected(), new MakeOffer());
    }

    [Fact]
    public void APeerThatAsksForOurOfferAndNeverAnswersItLeavesTheCallAsItWas()
    {
        Talking();
        _call.HandleReinvite(_now, default);
        _call.HandleOffer(_now, Offer);
        _call.ChangeSession(_now);
        Expect(new MakeOffer(), new AcceptReinvite(Offer));
        _call.HandleAck(_now, default);
        Expect(new RollBack(), new MakeOffer());
        Assert.Equal(CallPhase.Talking, _call.Phase);
    }

    [Fact]
    public void APeerThatAsksForOurOfferTwiceAnswersTheFirstBefore()
    {
        Talking();
        _call.HandleReinvite(_now, default);
        _call.HandleOffer(_now, Offer);
        Expect(new MakeOffer(), new AcceptReinvite(Offer));
        _call.HandleReinvite(_now, default);
        _call.HandleReinvite(_now, Offer);
        Expect(new RejectReinvite(491, null), new RejectReinvite(491, null));
        _call.HandleAck(_now, AnswerSdp);
        _call.HandleAnswerTaken(_now, null);
        Expect(new TakeAnswer(AnswerSdp), new TellChanged());
        _call.HandleReinvite(_now, Offer);
        Expect(new MakeAnswer(Offer));
    }

    [Fact]
    public void ARetryWaitsForTheOfferThatThePeerAskedFor()
    {
        Talking();
        _call.ChangeSession(_now);
        _call.HandleOffer(_now, Offer);
        _call.HandleReinviteFailed(_now, 491, null);
        _call.HandleReinvite(_now, default);
        _call.HandleOffer(_now, Offer);
        Expect(new MakeOffer(), new SendReinvite(Offer), new RollBack(), new MakeOffer(), new AcceptReinvite(Offer));
        Pass(TimeSpan.FromSeconds(4));
        Expect();
        _call.HandleAck(_now, AnswerSdp);
        _call.HandleAnswerTaken(_now, null);
        Expect(new TakeAnswer(AnswerSdp), new TellChanged(), new MakeOffer());
    }

    [Fact]
    public void ARefusalWithoutAStatusStillAnswersTheCaller()
    {
        _call.HandleInvite(_now, Offer);
        _call.HandleOfferJudged(_now, NoEncryption with { SipStatus = 0 });
        Assert.Contains(new SendReject(488, NoEncryption.Message), Taken());
    }

    [Fact]
    public void AByeWhileWeCancelEndsAsCancelled()
    {
        Calling();
        _call.HandleProgress(_now, 180, default);
        _call.HangUp(_now);
        _call.HandleBye(_now, null);
        Assert.Equal(new TellEnded(CallEnds.Cancelled), Taken()[^1]);
    }

    [Fact]
    public void ARedirectIsToldNotFollowed()
    {
        Calling();
        _call.HandleFailed(_now, CallEnds.FromStatus(302, "Moved Temporarily", null));
        var end = Assert.IsType<TellEnded>(Assert.Single(Taken())).End;
        Assert.Equal(CallEndReason.Redirected, end.Reason);
    }

    private void Calling()
    {
        _call.Place(_now);
        _call.HandleOffer(_now, Offer);
        Expect(new MakeOffer(), new SendInvite(Offer));
    }

    private void Incoming()
    {
        _call.HandleInvite(_now, Offer);
        _call.HandleOfferJudged(_now, null);
        Expect(new JudgeOffer(Offer), new SendRinging(180, default));
    }

    private void AnsweredHere()
    {
        Incoming();
        _call.Answer(_now);
        _call.HandleAnswerMade(_now, AnswerSdp, null);
        Expect(new MakeAnswer(Offer), new SendAccept(AnswerSdp), new StartMedia());
    }

    private void Talking()
    {
        Calling();
        _call.HandleAnswered(_now, AnswerSdp);
        _call.HandleAnswerTaken(_now, null);
        Expect(new SendAck(default), new TakeAnswer(AnswerSdp), new StartMedia(), new TellConnected());
    }

    private void Pass(TimeSpan time)
    {
        _now += time;
        _call.HandleTimeout(_now);
    }

    private void Expect(params CallAction[] expected) => Assert.Equal(expected, Taken());

    private List<CallAction> Taken()
    {
        var actions = new List<CallAction>();
        while (_call.PollAction(out var action)) actions.Add(action);
        return actions;
    }

    private sealed class FixedRandom : IRandomSource
    {
        public void Fill(Span<byte> bytes) => bytes.Fill(0x5A);
    }
}
