// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sip;

namespace Earshot.Protocol.Tests.Sip;

/// <summary>Which flow a request takes (RFC 3261 §18.1.1, RFC 3263 §4.3), and forks.</summary>
public sealed class RequestFlowTests
{
    private readonly SipLink _link = new SipLink().Obliging();

    private SipPhone Alice => _link.Alice;

    private SipFlow Udp => Alice.Flows[SipTransport.Udp];

    private SipFlow Tcp => Alice.Flows[SipTransport.Tcp];

    [Fact]
    public void RequestOver1300BytesTriesTcpAndFallsBackToUdp()
    {
        var call = Alice.Core.Invite(_link.Now, new SipInvite { Target = "sip:bob@192.0.2.2", Sdp = new byte[1200] });
        _link.Drain();
        var question = Alice.Last<SipEvent.ResolveNeeded>();
        Assert.True(question.PreferReliable);
        Alice.Core.HandleResolved(_link.Now, question.Query, [Udp, Tcp]);
        _link.IsLost = s => s.Flow.IsReliable;
        _link.Drain();
        Assert.Equal(SipTransport.Tcp, _link.Log.Single().Flow.Transport);

        Alice.Core.HandleTransportFailure(_link.Now, Tcp, TransportFailure.Refused);
        _link.RunFor(1);
        Assert.Equal(SipCallState.Established, call.State);
        Assert.Contains("SIP/2.0/UDP", _link.SentBy(Alice, "INVITE").Last().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void SmallRequestAsksForNoReliableFlow()
    {
        Alice.Core.Invite(_link.Now, new SipInvite { Target = "sip:bob@192.0.2.2", Sdp = new byte[100] });
        _link.Drain();
        Assert.False(Alice.Last<SipEvent.ResolveNeeded>().PreferReliable);
    }

    [Fact]
    public void NameThatLeadsNowhereFailsWith503()
    {
        Alice.Core.Invite(_link.Now, new SipInvite { Target = "sip:bob@nowhere.example" });
        _link.Drain();
        Alice.Core.HandleResolved(_link.Now, Alice.Last<SipEvent.ResolveNeeded>().Query, []);
        _link.Drain();
        Assert.Equal((503, InviteFailure.Transport), (Alice.Last<SipEvent.InviteFailed>().Status, Alice.Last<SipEvent.InviteFailed>().Cause));
        Assert.Equal(0, Alice.Core.RememberedCount);
    }

    [Fact]
    public void CancelBeforeAFlowIsKnownEndsAtOnce()
    {
        var call = Alice.Core.Invite(_link.Now, new SipInvite { Target = "sip:bob@slow.example" });
        Alice.Core.Cancel(_link.Now, call);
        _link.Drain();
        Alice.Core.HandleResolved(_link.Now, Alice.Last<SipEvent.ResolveNeeded>().Query, [Udp]);
        _link.Drain();
        Assert.Empty(_link.Log);
        Assert.Equal(InviteFailure.Cancelled, Alice.Last<SipEvent.InviteFailed>().Cause);
        Assert.Equal(0, Alice.Core.RememberedCount);
    }

    [Fact]
    public void SilentResolverIsGivenUp()
    {
        Alice.Core.Invite(_link.Now, new SipInvite { Target = "sip:bob@slow.example" });
        _link.RunFor(33);
        Assert.Equal(408, Alice.Last<SipEvent.InviteFailed>().Status);
        Assert.Equal(0, Alice.Core.RememberedCount);
    }

    [Fact]
    public void SecondPhoneThatAnswersIsAcknowledgedAndHungUp()
    {
        var call = _link.Call();
        _link.RunFor(1);
        var fork = _link.SentBy(_link.Bob, "SIP/2.0 200").Single().Text.Replace(
            $";tag={call.RemoteTag}", ";tag=another", StringComparison.Ordinal);
        Alice.Core.HandlePacket(_link.Now, Udp, SipLink.Bytes(fork));
        _link.Drain();
        Assert.Contains(";tag=another", _link.SentBy(Alice, "ACK").Last().Text, StringComparison.Ordinal);
        Assert.Contains(";tag=another", _link.SentBy(Alice, "BYE").Single().Text, StringComparison.Ordinal);
        Assert.Equal(SipCallState.Established, call.State);
    }

    [Fact]
    public void LooseRoutesKeepTheTargetAndStrictOnesTakeItsPlace()
    {
        Assert.Equal(("sip:b@h", "sip:p;lr"), (SipRoute.Apply("sip:b@h", ["sip:p;lr"]).Uri, SipRoute.Apply("sip:b@h", ["sip:p;lr"]).Routes[0]));
        var (uri, routes, nextHop) = SipRoute.Apply("sip:b@h", ["sip:p", "sip:q"]);
        Assert.Equal(("sip:p", "sip:p"), (uri, nextHop));
        Assert.Equal(["sip:q", "sip:b@h"], routes);
    }

    [Fact]
    public void OptionsAreAnswered()
    {
        var id = Alice.Core.SendOptions(_link.Now, "sip:bob@192.0.2.2", [Udp]);
        _link.RunFor(1);
        var answer = Alice.Last<SipEvent.OptionsAnswered>();
        Assert.Equal((id, 200), (answer.Id, answer.Status));
        Assert.Contains("INVITE", answer.Allow, StringComparison.Ordinal);
    }
}
