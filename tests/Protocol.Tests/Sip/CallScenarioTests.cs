// SPDX-License-Identifier: MIT
using System.Net;
using System.Text;
using Earshot.Protocol.Sip;

namespace Earshot.Protocol.Tests.Sip;

/// <summary>Whole calls between two cores in virtual time.</summary>
public sealed class CallScenarioTests
{
    private readonly SipLink _link = new SipLink().Obliging();

    private SipPhone Alice => _link.Alice;

    private SipPhone Bob => _link.Bob;

    [Fact]
    public void CallIsAnsweredAndHungUp()
    {
        var call = _link.Call();
        _link.RunFor(1);
        Assert.Equal("offer", System.Text.Encoding.UTF8.GetString(Bob.Last<SipEvent.IncomingInvite>().Sdp.Span));
        Assert.Equal("answer", System.Text.Encoding.UTF8.GetString(Alice.Last<SipEvent.InviteAnswered>().Sdp.Span));
        Assert.Equal(1, Bob.Count<SipEvent.AckReceived>());
        Assert.Equal(SipCallState.Established, call.State);

        Bob.Core.Bye(_link.Now, Bob.Last<SipEvent.IncomingInvite>().Call, "bye bye");
        _link.RunFor(40);
        Assert.Equal("bye bye", Alice.Last<SipEvent.ByeReceived>().Reason);
        Assert.Equal(200, Bob.Last<SipEvent.ByeCompleted>().Status);
        AssertEmpty();
    }

    [Fact]
    public void LostAckRetransmits200()
    {
        var acks = 0;
        _link.IsLost = s => s.Is("ACK") && acks++ < 2;
        _link.Call();
        _link.RunFor(5);
        Assert.Equal(1, Bob.Count<SipEvent.AckReceived>());
        Assert.Equal([0.0, 500, 1500], Offsets(_link.SentBy(Bob, "SIP/2.0 200")));
        Assert.Equal(1, Alice.Count<SipEvent.InviteAnswered>());
    }

    [Fact]
    public void Lost200IsRepeated()
    {
        var answers = 0;
        _link.IsLost = s => s.Is("SIP/2.0 200") && answers++ == 0;
        _link.Call();
        _link.RunFor(5);
        Assert.Equal(1, Alice.Count<SipEvent.InviteAnswered>());
        Assert.Equal(1, Bob.Count<SipEvent.AckReceived>());
    }

    [Fact]
    public void MissingAckEndsTheCallAfter64T1()
    {
        _link.IsLost = s => s.Is("ACK");
        _link.Call();
        _link.RunFor(31.9);
        Assert.Equal(0, Bob.Count<SipEvent.AckMissing>());
        _link.RunFor(70);
        Assert.Equal(1, Bob.Count<SipEvent.AckMissing>());
        AssertEmpty();
    }

    [Fact]
    public void UnansweredInviteDoublesTimerAAndEndsWithTimerB()
    {
        _link.IsLost = s => s.Is("INVITE");
        _link.Call();
        _link.RunFor(31.9);
        Assert.Equal([0, 500, 1500, 3500, 7500, 15500, 31500], Offsets(_link.SentBy(Alice, "INVITE")));
        Assert.Equal(0, Alice.Count<SipEvent.InviteFailed>());
        _link.RunFor(0.1);
        Assert.Equal((408, InviteFailure.Timeout), (Alice.Last<SipEvent.InviteFailed>().Status, Alice.Last<SipEvent.InviteFailed>().Cause));
        Assert.Equal(1, Alice.Count<SipEvent.CallTerminated>());
        AssertEmpty();
    }

    [Fact]
    public void UnansweredByeDoublesTimerEUpToT2AndEndsWithTimerF()
    {
        var call = _link.Call();
        _link.RunFor(1);
        _link.IsLost = s => s.Is("BYE");
        Alice.Core.Bye(_link.Now, call);
        _link.RunFor(33);
        Assert.Equal([0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500], Offsets(_link.SentBy(Alice, "BYE")));
        Assert.Equal(408, Alice.Last<SipEvent.ByeCompleted>().Status);
    }

    [Fact]
    public void RefusalWithoutAckIsRepeatedUntilTimerH()
    {
        Bob.OnEvent = (now, e) =>
        {
            if (e is SipEvent.IncomingInvite i) Bob.Core.Reject(now, i.Call, 486, null, [new("Retry-After", "17"), new("Warning", "399 bob \"in a meeting\"")]);
        };
        _link.IsLost = s => s.Is("ACK");
        _link.Call();
        _link.RunFor(40);
        Assert.Equal([0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500], Offsets(_link.SentBy(Bob, "SIP/2.0 486")));
        var failed = Alice.Last<SipEvent.InviteFailed>();
        Assert.Equal((486, TimeSpan.FromSeconds(17), InviteFailure.Response), (failed.Status, failed.RetryAfter!.Value, failed.Cause));
        Assert.Contains("in a meeting", failed.Warning, StringComparison.Ordinal);
        _link.RunFor(40);
        AssertEmpty();
    }

    [Fact]
    public void TryingGoesOutAfter200MsOnly()
    {
        Bob.OnEvent = null;
        _link.Call();
        _link.RunFor(0.209);
        Assert.Empty(_link.SentBy(Bob, "SIP/2.0 100"));
        _link.RunFor(0.002);
        Assert.Single(_link.SentBy(Bob, "SIP/2.0 100"));
        _link.RunFor(20);
        Assert.Single(_link.SentBy(Alice, "INVITE"));
    }

    [Fact]
    public void EarlyMediaIsTold()
    {
        Bob.OnEvent = (now, e) =>
        {
            if (e is SipEvent.IncomingInvite i) Bob.Core.Ring(now, i.Call, 183, SipLink.Bytes("early"));
        };
        _link.Call();
        _link.RunFor(1);
        var progress = Alice.Last<SipEvent.InviteProgress>();
        Assert.Equal((183, "early"), (progress.Status, System.Text.Encoding.UTF8.GetString(progress.Sdp.Span)));
    }

    [Fact]
    public void CancelWaitsForAProvisionalResponse()
    {
        Bob.OnEvent = null;
        var call = _link.Call();
        Alice.Core.Cancel(_link.Now, call);
        _link.RunFor(0.2);
        Assert.Empty(_link.SentBy(Alice, "CANCEL"));
        _link.RunFor(1);
        Assert.Single(_link.SentBy(Alice, "CANCEL"));
        Assert.Equal((487, InviteFailure.Cancelled), (Alice.Last<SipEvent.InviteFailed>().Status, Alice.Last<SipEvent.InviteFailed>().Cause));
        Assert.Equal(1, Bob.Count<SipEvent.Cancelled>());
        Assert.Equal(1, Bob.Count<SipEvent.CallTerminated>());
        _link.RunFor(40);
        AssertEmpty();
    }

    [Fact]
    public void CancelCrossing200LeavesACallToHangUp()
    {
        Bob.OnEvent = (now, e) =>
        {
            if (e is SipEvent.IncomingInvite i) Bob.Core.Ring(now, i.Call);
        };
        var call = _link.Call();
        _link.RunFor(1);
        Bob.Core.Accept(_link.Now, Bob.Last<SipEvent.IncomingInvite>().Call, SipLink.Bytes("answer"));
        Alice.Core.Cancel(_link.Now, call);
        _link.RunFor(1);
        Assert.Equal(1, Alice.Count<SipEvent.InviteAnswered>());
        Assert.Equal(0, Bob.Count<SipEvent.Cancelled>());
        Alice.Core.Bye(_link.Now, call);
        _link.RunFor(70);
        Assert.Equal(1, Bob.Count<SipEvent.ByeReceived>());
        AssertEmpty();
    }

    [Fact]
    public void CallerMayByeAnEarlyDialog()
    {
        Bob.OnEvent = (now, e) =>
        {
            if (e is SipEvent.IncomingInvite i) Bob.Core.Ring(now, i.Call);
        };
        var call = _link.Call();
        _link.RunFor(1);
        Bob.Core.Bye(_link.Now, Bob.Last<SipEvent.IncomingInvite>().Call);
        Assert.Empty(_link.SentBy(Bob, "BYE"));
        Alice.Core.Bye(_link.Now, call);
        _link.RunFor(1);
        Assert.Equal(1, Bob.Count<SipEvent.ByeReceived>());
        Assert.Single(_link.SentBy(Bob, "SIP/2.0 487"));
        _link.RunFor(70);
        AssertEmpty();
    }

    [Fact]
    public void BothHangUpAtOnce()
    {
        var call = _link.Call();
        _link.RunFor(1);
        Alice.Core.Bye(_link.Now, call);
        Bob.Core.Bye(_link.Now, Bob.Last<SipEvent.IncomingInvite>().Call);
        _link.RunFor(1);
        Assert.Equal((200, 200), (Alice.Last<SipEvent.ByeCompleted>().Status, Bob.Last<SipEvent.ByeCompleted>().Status));
        Assert.Equal((1, 1), (Alice.Count<SipEvent.CallTerminated>(), Bob.Count<SipEvent.CallTerminated>()));
        _link.RunFor(70);
        AssertEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.1)]
    public void AReinviteIntoTheVoidGivesWayToThatOfAPeerThatHasChangedNetworks(double later)
    {
        var call = _link.Call();
        _link.RunFor(1);
        var bobs = Bob.Last<SipEvent.IncomingInvite>().Call;
        _link.IsLost = sent => sent.From == Bob && sent.Is("INVITE");
        Assert.True(Bob.Core.Reinvite(_link.Now, bobs, SipLink.Bytes("restart")));
        _link.RunFor(later);
        int sent = _link.SentBy(Bob, "INVITE").Count();
        var moved = new SipFlow(9, SipTransport.Udp, Bob.Address, IPEndPoint.Parse("198.51.100.4:5060"));
        Assert.True(Alice.Core.Reinvite(_link.Now, call, SipLink.Bytes("elsewhere")));
        Assert.True(Alice.Core.PollTransmit(out _, out var invite));
        Bob.Core.HandlePacket(_link.Now, moved, invite.Span);
        _link.RunFor(1);
        Assert.Equal(491, Bob.Last<SipEvent.ReinviteFailed>().Status);
        Assert.Equal("elsewhere", Encoding.UTF8.GetString(Bob.Last<SipEvent.ReinviteReceived>().Sdp.Span));
        Assert.Same(moved, bobs.Flow);
        _link.RunFor(70);
        Assert.Equal(sent, _link.SentBy(Bob, "INVITE").Count());
    }

    [Fact]
    public void ACallThatMovesNamesItsNewAddress()
    {
        var call = _link.Call();
        _link.RunFor(1);
        Alice.Core.Move(call, new SipFlow(9, SipTransport.Udp, IPEndPoint.Parse("198.51.100.4:5060"), Bob.Address));
        Assert.True(Alice.Core.Reinvite(_link.Now, call, SipLink.Bytes("elsewhere")));
        Assert.True(Alice.Core.PollTransmit(out _, out var invite));
        string text = Encoding.UTF8.GetString(invite.Span);
        Assert.Contains("Contact: <sip:alice@198.51.100.4:5060>", text, StringComparison.Ordinal);
        Assert.Contains("Via: SIP/2.0/UDP 198.51.100.4:5060", text, StringComparison.Ordinal);
    }

    [Fact]
    public void CrossingReinvitesBothGet491()
    {
        var call = _link.Call();
        _link.RunFor(1);
        Assert.True(Alice.Core.Reinvite(_link.Now, call, SipLink.Bytes("hold")));
        Assert.True(Bob.Core.Reinvite(_link.Now, Bob.Last<SipEvent.IncomingInvite>().Call, SipLink.Bytes("hold")));
        _link.RunFor(1);
        Assert.Equal((491, 491), (Alice.Last<SipEvent.ReinviteFailed>().Status, Bob.Last<SipEvent.ReinviteFailed>().Status));
        Assert.True(Alice.Core.Reinvite(_link.Now, call, SipLink.Bytes("hold")));
        _link.RunFor(1);
        Assert.Equal(1, Alice.Count<SipEvent.ReinviteAnswered>());
        Assert.Equal(2, Bob.Count<SipEvent.AckReceived>());
    }

    [Fact]
    public void SecondInviteWhileTheFirstIsPendingGets500()
    {
        var call = _link.Call();
        _link.RunFor(1);
        Bob.OnEvent = null;
        Alice.Core.Reinvite(_link.Now, call, SipLink.Bytes("hold"));
        _link.RunFor(1);
        var second = _link.SentBy(Alice, "INVITE").Last().Text.Replace("branch=z9hG4bK", "branch=z9hG4bKother", StringComparison.Ordinal);
        var cseq = System.Text.RegularExpressions.Regex.Match(second, @"CSeq: (\d+)").Groups[1].Value;
        second = second.Replace($"CSeq: {cseq}", $"CSeq: {int.Parse(cseq, System.Globalization.CultureInfo.InvariantCulture) + 1}", StringComparison.Ordinal);
        Bob.Core.HandlePacket(_link.Now, Bob.Flows[SipTransport.Udp], SipLink.Bytes(second));
        _link.Drain();
        var refusal = _link.SentBy(Bob, "SIP/2.0 500").Single();
        Assert.Contains("Retry-After: ", refusal.Text, StringComparison.Ordinal);
        Bob.Core.RejectReinvite(_link.Now, Bob.Last<SipEvent.ReinviteReceived>().Call, 488);
        _link.RunFor(1);
        Assert.Equal(488, Alice.Last<SipEvent.ReinviteFailed>().Status);
        Assert.Equal(SipCallState.Established, call.State);
    }

    [Fact]
    public void ConnectionRetransmitsNoRequest()
    {
        _link.IsLost = s => s.From == Bob;
        _link.Call(SipTransport.Tcp);
        _link.RunFor(33);
        Assert.Single(_link.SentBy(Alice, "INVITE"));
        Assert.Equal(408, Alice.Last<SipEvent.InviteFailed>().Status);
        Assert.Contains("Via: SIP/2.0/TCP 192.0.2.1:5060;rport", _link.Log[0].Text, StringComparison.Ordinal);
        Assert.Contains("Contact: <sip:alice@192.0.2.1:5060;transport=tcp>", _link.Log[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void HalfOfEverythingLostEveryCallEndsWell()
    {
        // 200 calls one after the other: each is answered, or fails with a reason, and nothing is left of it.
        var random = new Random(20);
        _link.IsLost = _ => random.Next(2) == 0;
        var answered = 0;
        for (var i = 0; i < 200; i++)
        {
            var call = _link.Call();
            _link.RunFor(20);
            if (call.State == SipCallState.Established) answered++;
            Alice.Core.Bye(_link.Now, call);
            _link.RunFor(70);
            Alice.Core.Bye(_link.Now, call); // a 200 that crossed the CANCEL is hung up
            _link.RunFor(70);
            Assert.Equal(SipCallState.Terminated, call.State);
        }

        Assert.True(answered > 180, $"{answered} of 200 answered");
        Assert.Equal(200, Alice.Count<SipEvent.CallTerminated>());
        _link.RunFor(100);
        AssertEmpty();
    }

    private static IEnumerable<double> Offsets(IEnumerable<Sent> sent)
    {
        var all = sent.ToArray();
        return all.Select(s => (s.At - all[0].At).TotalMilliseconds);
    }

    private void AssertEmpty()
    {
        _link.RunFor(70);
        Assert.Equal((0, 0), (Alice.Core.RememberedCount, Bob.Core.RememberedCount));
        Assert.Equal((Instant.Never, Instant.Never), (Alice.Core.PollTimeout(), Bob.Core.PollTimeout()));
    }
}
