// SPDX-License-Identifier: MIT
using System.Text;
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
    public void SmallRequestTakesADatagramWhereOneLeadsThere()
    {
        Alice.Core.Invite(_link.Now, new SipInvite { Target = "sip:bob@192.0.2.2", Sdp = new byte[100], Flows = [Tcp, Udp] });
        _link.IsLost = _ => true;
        _link.Drain();
        Assert.Equal(SipTransport.Udp, _link.Log.Single().Flow.Transport);
    }

    [Fact]
    public void SmallRequestTakesAConnectionWhereNothingElseLeadsThere()
    {
        Alice.Core.Invite(_link.Now, new SipInvite { Target = "sip:bob@192.0.2.2;transport=tcp", Sdp = new byte[100], Flows = [Tcp] });
        _link.IsLost = _ => true;
        _link.Drain();
        Assert.Equal(SipTransport.Tcp, _link.Log.Single().Flow.Transport);
    }

    [Fact]
    public void EachFlowThatIsTriedCarriesItsOwnOffer()
    {
        var other = new SipFlow(99, SipTransport.Udp, Udp.Local, Udp.Remote);
        Alice.Core.Invite(_link.Now, new SipInvite
        {
            Target = "sip:bob@192.0.2.2",
            Flows = [other, Udp],
            SdpFor = flow => Encoding.ASCII.GetBytes($"offer on {flow.Id}"),
        });
        _link.IsLost = _ => true;
        _link.Drain();
        Alice.Core.HandleTransportFailure(_link.Now, other, TransportFailure.Refused);
        _link.Drain();
        Assert.Equal(["offer on 99", $"offer on {Udp.Id}"], _link.SentBy(Alice, "INVITE").Select(s => s.Text[(s.Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]));
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

    [Theory]
    [InlineData("10.0.0.5", true)] // the phone's own address behind its NAT
    [InlineData("100.64.3.4", true)]
    [InlineData("[fd00::5]", true)]
    [InlineData("phone.invalid", true)]
    [InlineData("198.51.100.7", false)] // a public address: believed, it may be the phone behind a proxy that stepped aside
    [InlineData("phone.example", false)]
    public void APeerBehindANatIsReachedOverItsFlow(string contact, bool overTheFlow)
    {
        _link.Rewrite = (_, text) => text.Replace("Contact: <sip:bob@192.0.2.2:5060>", $"Contact: <sip:bob@{contact}:5060>", StringComparison.Ordinal);
        var call = _link.Call();
        _link.RunFor(1);
        Assert.Equal(overTheFlow ? 0 : 1, Alice.Count<SipEvent.ResolveNeeded>());
        if (!overTheFlow) return;
        Assert.StartsWith($"ACK sip:bob@{contact}:5060 SIP/2.0", _link.SentBy(Alice, "ACK").Single().Text, StringComparison.Ordinal);
        Alice.Core.Bye(_link.Now, call);
        _link.RunFor(1);
        Assert.Equal(200, Alice.Last<SipEvent.ByeCompleted>().Status);
    }

    [Fact]
    public void ACallThatCameAboutUnderTlsNeverGoesOnInClear()
    {
        _link.Rewrite = (_, text) => text.Replace("Contact: <sip:bob@192.0.2.2:5060;transport=tls>", "Contact: <sip:bob@198.51.100.7>", StringComparison.Ordinal);
        var call = _link.Call(SipTransport.Tls);
        _link.RunFor(1);
        Alice.Core.HandleResolved(_link.Now, Alice.Last<SipEvent.ResolveNeeded>().Query, [Udp]);
        _link.RunFor(1);
        Alice.Core.Bye(_link.Now, call);
        _link.Drain();
        Alice.Core.HandleResolved(_link.Now, Alice.Last<SipEvent.ResolveNeeded>().Query, [Udp, Alice.Flows[SipTransport.Tcp]]);
        _link.RunFor(1);
        Assert.All(_link.SentBy(Alice, ""), sent => Assert.Equal(SipTransport.Tls, sent.Flow.Transport));
        Assert.Equal(200, Alice.Last<SipEvent.ByeCompleted>().Status);
    }

    [Fact]
    public void ADescriptionInClearIsNotAnsweredInACallThatCameAboutUnderTls()
    {
        var call = _link.Call(SipTransport.Tls);
        _link.RunFor(1);
        var ok = _link.SentBy(_link.Bob, "SIP/2.0 200").First().Text;
        string Line(string name) => ok.Split("\r\n").First(l => l.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..];
        var reinvite = $"INVITE sip:alice@192.0.2.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKclear\r\nMax-Forwards: 70\r\nFrom:{Line("To")}\r\n"
            + $"To:{Line("From")}\r\nCall-ID:{Line("Call-ID")}\r\nCSeq: 900 INVITE\r\nContact: <sip:bob@192.0.2.2:5060>\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\noffer";
        Alice.Core.HandlePacket(_link.Now, Udp, SipLink.Bytes(reinvite));
        _link.RunFor(1);
        var answers = _link.SentBy(Alice, "SIP/2.0").Where(sent => sent.Flow == Udp).ToList();
        Assert.NotEmpty(answers);
        Assert.All(answers, sent => Assert.StartsWith("SIP/2.0 403", sent.Text, StringComparison.Ordinal));
        Alice.Core.Reinvite(_link.Now, call, SipLink.Bytes("keys"));
        _link.RunFor(1);
        Assert.Equal(SipTransport.Tls, _link.SentBy(Alice, "INVITE").Last().Flow.Transport);
    }

    [Theory]
    [InlineData("sips:bob@192.0.2.2:5060;transport=tcp")]
    [InlineData("sips:bob@192.0.2.2:5060;transport=tls")]
    [InlineData("sips:bob@192.0.2.2")]
    [InlineData("sip:bob@192.0.2.2:7000;transport=tls")]
    public void AContactThatMeansTlsIsReachedOverTheConnectionThatStands(string contact)
    {
        _link.Rewrite = (_, text) => text.Replace("Contact: <sip:bob@192.0.2.2:5060;transport=tls>", $"Contact: <{contact}>", StringComparison.Ordinal);
        _link.Call(SipTransport.Tls);
        _link.RunFor(1);
        Assert.Equal(0, Alice.Count<SipEvent.ResolveNeeded>());
        Assert.Equal(SipTransport.Tls, _link.SentBy(Alice, "ACK").Single().Flow.Transport);
    }

    [Theory]
    [InlineData("sip:bob@192.0.2.2", "sip:alice@192.0.2.1:5060;transport=tls")]
    [InlineData("sips:bob@192.0.2.2", "sips:alice@192.0.2.1:5060")]
    public void AContactComesTheWayItsRequestDid(string target, string contact)
    {
        Alice.Core.Invite(_link.Now, new SipInvite { Target = target, Sdp = SipLink.Bytes("offer"), Flows = [Alice.Flows[SipTransport.Tls]] });
        _link.RunFor(1);
        Assert.Contains($"Contact: <{contact}>", _link.SentBy(Alice, "INVITE").First().Text, StringComparison.Ordinal);
        Assert.Contains(contact.StartsWith("sips", StringComparison.Ordinal) ? "Contact: <sips:bob@" : ";transport=tls>", _link.SentBy(_link.Bob, "SIP/2.0 200").First().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void ACallerBehindANatIsReachedOverItsFlow()
    {
        _link.Rewrite = (_, text) => text.Replace("Contact: <sip:alice@192.0.2.1:5060>", "Contact: <sip:alice@192.168.1.2:5060>", StringComparison.Ordinal);
        _link.Call();
        _link.RunFor(1);
        var bobs = _link.Bob.Last<SipEvent.IncomingInvite>().Call;
        _link.Bob.Core.Bye(_link.Now, bobs);
        _link.RunFor(1);
        Assert.Equal(200, _link.Bob.Last<SipEvent.ByeCompleted>().Status);
        Assert.Equal(0, _link.Bob.Count<SipEvent.ResolveNeeded>());
    }

    [Theory]
    [InlineData("10.0.0.5", "10.0.0.1", false, false)] // both in one private network: a proxy may lie between
    [InlineData("10.0.0.5", "10.0.0.1", true, true)] // no proxy: the sender's address was translated
    [InlineData("10.0.0.5", "10.0.0.5", true, false)]
    [InlineData("192.0.2.5", "192.0.2.1", true, false)]
    [InlineData("172.32.0.1", "192.0.2.1", false, false)]
    [InlineData("172.31.0.1", "192.0.2.1", false, true)]
    public void ANatIsSeenByItsAddresses(string contact, string source, bool isStraight, bool isNat)
    {
        var flow = new SipFlow(1, SipTransport.Udp, Udp.Local, new(System.Net.IPAddress.Parse(source), 5060));
        Assert.Equal(isNat, PeerAddress.IsBehindNat(flow, $"sip:bob@{contact}:5060", isStraight));
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
