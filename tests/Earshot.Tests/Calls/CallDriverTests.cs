// SPDX-License-Identifier: MIT
using System.Net;
using System.Text;
using Earshot.Calls;
using Earshot.Lab;
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol;
using Earshot.Protocol.Sip;

namespace Earshot.Tests.Calls;

/// <summary>What a call's decisions become, in which order.</summary>
public sealed class CallDriverTests
{
    private static readonly SipFlow Flow = new(1, SipTransport.Udp, IPEndPoint.Parse("192.0.2.1:5060"), IPEndPoint.Parse("192.0.2.2:5060"));

    private readonly SipCore _core = new(new SipCoreOptions(), new SeededRandom(1));
    private readonly List<string> _course = [];

    [Fact]
    public void TheAckLeavesBeforeMediaIsMadeReady()
    {
        var call = NewCall();
        call.Place(Instant.Zero, new SipInvite { Target = "sip:bob@192.0.2.2", Flows = [Flow] });
        Assert.Equal(["offer", "sent INVITE"], _course);

        _course.Clear();
        Answered(call);
        Assert.Equal(["sent ACK", "answer taken", "media starts", "connected"], _course);
    }

    [Fact]
    public void AnOfferThatCannotBeWrittenEndsTheCall()
    {
        _media.Breaks = true;
        NewCall().Place(Instant.Zero, new SipInvite { Target = "sip:bob@192.0.2.2", Flows = [Flow] });
        Assert.Equal(["offer", "fault", "rolled back", "ended 500"], _course);
    }

    [Fact]
    public void AChangeThatCannotBeWrittenIsRefusedAndTheNextGoesOut()
    {
        var call = Talking();
        _media.Breaks = true;
        call.ChangeSession(Instant.Zero);
        Assert.Equal(["offer", "fault", "rolled back", "change refused"], _course);

        _course.Clear();
        _media.Breaks = false;
        call.ChangeSession(Instant.Zero);
        Assert.Equal(["offer", "sent INVITE"], _course);
    }

    [Fact]
    public void AnAnswerThatBreaksMediaHangsUp()
    {
        var call = NewCall();
        call.Place(Instant.Zero, new SipInvite { Target = "sip:bob@192.0.2.2", Flows = [Flow] });
        _course.Clear();
        _media.Breaks = true;
        Answered(call);
        Assert.Equal(["sent ACK", "answer taken", "fault", "sent BYE", "ended 500"], _course);
    }

    [Fact]
    public void MediaThatDoesNotStartHangsUp()
    {
        var call = NewCall();
        call.Place(Instant.Zero, new SipInvite { Target = "sip:bob@192.0.2.2", Flows = [Flow] });
        _course.Clear();
        _media.BreaksAtStart = true;
        Answered(call);
        Assert.Equal(["sent ACK", "answer taken", "media starts", "fault", "connected", "sent BYE", "media stops", "ended 200"], _course);
    }

    [Fact]
    public void ACallIsConnectedOnceItsKeysAreThere()
    {
        _media.AwaitsKeys = true;
        var call = NewCall();
        call.Place(Instant.Zero, new SipInvite { Target = "sip:bob@192.0.2.2", Flows = [Flow] });
        _course.Clear();
        Answered(call);
        Assert.Equal(["sent ACK", "answer taken", "media starts"], _course);
        _media.AwaitsKeys = false;
        call.HandleKeysAgreed();
        call.HandleKeysAgreed(); // new keys later: nobody is connected twice
        Assert.Equal(["sent ACK", "answer taken", "media starts", "connected"], _course);
    }

    [Fact]
    public void KeysThatNeverComeEndTheCallWithoutItsEverBeingConnected()
    {
        _media.AwaitsKeys = true;
        var call = NewCall();
        call.Place(Instant.Zero, new SipInvite { Target = "sip:bob@192.0.2.2", Flows = [Flow] });
        Answered(call);
        _course.Clear();
        call.HandleKeysFailed(Instant.Zero, CallEnds.NoKeys("no keys"));
        _media.AwaitsKeys = false;
        call.HandleKeysAgreed(); // too late
        Assert.Equal(["sent BYE", "media stops", "ended 488"], _course);
    }

    /// <summary>Whoever finds first that there is no way hangs up: that is no attack on the other's encryption.</summary>
    [Theory]
    [InlineData(true, CallEndReason.NetworkError)]
    [InlineData(false, CallEndReason.NotEncrypted)]
    public void AHangUpBeforeKeysIsTheNetworksWhereNoWayWasFound(bool hasNoPath, CallEndReason reason)
    {
        var end = CallEnds.BeforeKeys(CallEnds.RemoteHungUp, hasNoPath);
        Assert.Equal(reason, end.Reason);
        Assert.StartsWith("the other side hung up before ", end.Message, StringComparison.Ordinal);
        Assert.NotEqual(CallEnds.BeforeKeys(CallEnds.RemoteHungUp, !hasNoPath).Hint, end.Hint);
        Assert.Same(CallEnds.NoPath, CallEnds.BeforeKeys(CallEnds.NoPath, hasNoPath));
        Assert.Same(CallEnds.RemoteHungUp, CallEnds.BeforeKeys(CallEnds.RemoteHungUp with { Message = $"the other side hung up ({CallEnds.ChangeOfMind})" }, hasNoPath));
    }

    [Fact]
    public void WhereTheRelayThatWasNamedRefusesNobodyIsToldToNameOne()
    {
        const string Why = "the relay turn:192.0.2.1 carries nothing: name or password are wrong";
        var end = CallEnds.Knowing(CallEnds.NoPath, isHeldToDtls: false, Why);
        Assert.Contains(Why, end.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain("on both sides", end.Hint, StringComparison.Ordinal);
        Assert.Contains(Why, CallEnds.Knowing(CallEnds.BeforeKeys(CallEnds.RemoteHungUp, hasNoPath: true), isHeldToDtls: false, Why).Hint, StringComparison.Ordinal);
        Assert.Same(CallEnds.NoPath, CallEnds.Knowing(CallEnds.NoPath, isHeldToDtls: false, null));
        Assert.Same(CallEnds.NoAnswer, CallEnds.Knowing(CallEnds.NoAnswer, isHeldToDtls: true, Why));
        Assert.Equal(CallEnds.HeldToDtls, CallEnds.Knowing(CallEnds.NoKeys("no"), isHeldToDtls: true, Why).Hint);
    }

    [Fact]
    public void AHangUpForAWrongCertificateWarnsTheOtherSideAsWell()
    {
        var end = CallEnds.BeforeKeys(CallEnds.RemoteHungUp with { Message = $"the other side hung up ({DtlsOutcome.Mismatch})" }, hasNoPath: false);
        Assert.Equal(CallEndReason.NotEncrypted, end.Reason);
        Assert.Contains("our signalling announced", end.Message, StringComparison.Ordinal);
        Assert.Contains("Do not trust this way", end.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void KeysThatNeverComeWaitForTheAckAsAHangUpDoes()
    {
        var call = NewCall();
        _core.HandlePacket(Instant.Zero, Flow, BadInput.BadMessages.Message("INVITE sip:bob@127.0.0.1 SIP/2.0", 1, BadInput.BadMessages.Sdp));
        while (_core.PollEvent(out var happened))
            if (happened is SipEvent.IncomingInvite invite) call.Take(Instant.Zero, invite);
        call.Answer(Instant.Zero);
        _course.Clear();
        call.HandleKeysFailed(Instant.Zero, CallEnds.NoKeys("no keys"));
        Assert.Equal(["media stops"], _course); // RFC 3261 §15: no BYE before the ACK
    }

    [Fact]
    public void AStreamThatIsAnsweredWithPort0IsOfferedInTheNextWay()
    {
        _media.Refuses.Enqueue(new CallEnd(CallEndReason.NoCommonCodec, 488, "the peer refused the audio stream"));
        _media.OtherWays = 1;
        var call = NewCall();
        call.Place(Instant.Zero, new SipInvite { Target = "sip:bob@192.0.2.2", Flows = [Flow] });
        _course.Clear();
        Answered(call);
        Assert.Equal(["sent ACK", "answer taken", "sent BYE", "offer", "sent INVITE"], _course);
        _course.Clear();
        Answered(call);
        Assert.Equal(["sent ACK", "answer taken", "media starts", "connected"], _course);
    }

    [Fact]
    public void TheNextWaysOfferWaitsForWhatItSays()
    {
        Action<Instant>? ready = null;
        var call = Refused((_, then) => ready = then);
        Assert.Equal(["sent ACK", "answer taken", "sent BYE"], _course);
        ready!(Instant.Zero);
        Assert.Equal(["sent ACK", "answer taken", "sent BYE", "offer", "sent INVITE"], _course);
        _course.Clear();
        Answered(call);
        Assert.Equal(["sent ACK", "answer taken", "media starts", "connected"], _course);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhoGivesUpBetweenTwoWaysHasEndedAtOnce(bool hangsUp)
    {
        Action<Instant>? ready = null;
        var call = Refused((_, then) => ready = then);
        _course.Clear();
        if (hangsUp) call.HangUp(Instant.Zero);
        else call.HandleTimeout(call.PollTimeout());
        Assert.Equal([hangsUp ? "ended 487" : "ended 408"], _course);
        ready!(Instant.Zero);
        Assert.Single(_course);
    }

    [Fact]
    public void WithoutAnotherWayPort0EndsTheCall()
    {
        _media.Refuses.Enqueue(new CallEnd(CallEndReason.NoCommonCodec, 488, "the peer refused the audio stream"));
        var call = NewCall();
        call.Place(Instant.Zero, new SipInvite { Target = "sip:bob@192.0.2.2", Flows = [Flow] });
        _course.Clear();
        Answered(call);
        Assert.Equal(["sent ACK", "answer taken", "sent BYE", "ended 488"], _course);
    }

    [Fact]
    public void AnOfferOfThePeerThatBreaksMediaIsRefusedWithA500()
    {
        var call = NewCall();
        _core.HandlePacket(Instant.Zero, Flow, BadInput.BadMessages.Message("INVITE sip:bob@127.0.0.1 SIP/2.0", 1, BadInput.BadMessages.Sdp));
        while (_core.PollEvent(out var happened))
            if (happened is SipEvent.IncomingInvite invite) call.Take(Instant.Zero, invite);
        _course.Clear();
        _media.Breaks = true;
        call.Answer(Instant.Zero);
        Assert.Equal(["answer", "fault", "rolled back", "sent SIP/2.0", "ended 500"], _course);
        Assert.StartsWith("SIP/2.0 500", _lastSent, StringComparison.Ordinal);
    }

    private readonly NotedMedia _media;
    private string _lastSent = "";

    public CallDriverTests() => _media = new(_course);

    private CallDriver Talking()
    {
        var call = NewCall();
        call.Place(Instant.Zero, new SipInvite { Target = "sip:bob@192.0.2.2", Flows = [Flow] });
        Answered(call);
        _course.Clear();
        return call;
    }

    private CallDriver Refused(Action<Instant, Action<Instant>> prepare)
    {
        _media.Refuses.Enqueue(new CallEnd(CallEndReason.NoCommonCodec, 488, "the peer refused the audio stream"));
        _media.OtherWays = 1;
        var call = NewCall(prepare);
        call.Place(Instant.Zero, new SipInvite { Target = "sip:bob@192.0.2.2", Flows = [Flow] });
        _course.Clear();
        Answered(call);
        return call;
    }

    private void Answered(CallDriver call)
    {
        _core.HandlePacket(Instant.Zero, Flow, Encoding.UTF8.GetBytes(AnswerTo(_lastSent)));
        while (_core.PollEvent(out var happened)) call.HandleSip(Instant.Zero, happened);
    }

    private CallDriver NewCall(Action<Instant, Action<Instant>>? prepare = null) =>
        new(_core, new CallMachine(CallTimes.Default, new SeededRandom(2)), _media, new Nobody(_course), _ => _course.Add("fault"))
        {
            Prepare = prepare,
            Flush = () =>
            {
                while (_core.PollTransmit(out _, out var message))
                {
                    _lastSent = Encoding.UTF8.GetString(message.Span);
                    _course.Add("sent " + _lastSent.Split(' ')[0]);
                }
            },
        };

    private static string AnswerTo(string invite)
    {
        var headers = invite.Split("\r\n").Where(l => l.StartsWith("Via:", StringComparison.Ordinal) || l.StartsWith("From:", StringComparison.Ordinal)
            || l.StartsWith("Call-ID:", StringComparison.Ordinal) || l.StartsWith("CSeq:", StringComparison.Ordinal));
        return $"SIP/2.0 200 OK\r\n{string.Join("\r\n", headers)}\r\nTo: <sip:bob@192.0.2.2>;tag=b\r\nContact: <sip:bob@192.0.2.2>\r\n"
            + "Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n";
    }

    private sealed class NotedMedia(List<string> course) : ICallMedia
    {
        public bool Breaks { get; set; }

        public bool BreaksAtStart { get; set; }

        public bool InsistsOnEncryption => false;

        public bool AwaitsKeys { get; set; }

        public bool AwaitsPath { get; set; }

        public int OtherWays { get; set; }

        public Queue<CallEnd> Refuses { get; } = new();

        public bool TryNextSecurity() => OtherWays-- > 0;

        public MediaAnswer MakeOffer()
        {
            Note("offer", Breaks);
            return new("v=0\r\n"u8.ToArray());
        }

        public CallEnd? Judge(ReadOnlyMemory<byte> offer) => null;

        public MediaAnswer MakeAnswer(ReadOnlyMemory<byte> offer)
        {
            Note("answer", Breaks);
            return new("v=0\r\n"u8.ToArray());
        }

        public CallEnd? TakeAnswer(ReadOnlyMemory<byte> answer, bool final)
        {
            Note("answer taken", Breaks);
            return Refuses.TryDequeue(out var refusal) ? refusal : null;
        }

        public void RollBack() => course.Add("rolled back");

        public void Start() => Note("media starts", BreaksAtStart);

        public void Stop() => course.Add("media stops");

        private void Note(string step, bool breaks)
        {
            course.Add(step);
            if (breaks) throw new InvalidOperationException("a test breaks it");
        }
    }

    private sealed class Nobody(List<string> course) : ICallListener
    {
        public void OnRinging(int status, bool earlyMedia)
        {
        }

        public void OnConnected() => course.Add("connected");

        public void OnChanged() => course.Add("changed");

        public void OnChangeRefused(int status, string message) => course.Add("change refused");

        public void OnEnded(CallEnd end) => course.Add($"ended {end.SipStatus}");
    }
}
