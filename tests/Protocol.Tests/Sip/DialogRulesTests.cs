// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sip;

namespace Earshot.Protocol.Tests.Sip;

/// <summary>The finer rules of RFC 3261 for dialogs: tags, routes, targets, numbers, and who may make us work.</summary>
public sealed class DialogRulesTests
{
    private readonly SipLink _link = new SipLink().Obliging();

    private SipPhone Alice => _link.Alice;

    private SipPhone Bob => _link.Bob;

    [Fact]
    public void AServerThatForksWithoutEndIsNotFollowed()
    {
        _link.Call();
        _link.RunFor(1);
        var answer = _link.SentBy(Bob, "SIP/2.0 200").Single().Text;
        var tag = Bob.Last<SipEvent.IncomingInvite>().Call.LocalTag;
        for (var i = 0; i < 2000; i++)
            Alice.Core.HandlePacket(_link.Now, Alice.Flows[SipTransport.Udp], SipLink.Bytes(answer.Replace(tag, $"fork{i}", StringComparison.Ordinal)));
        _link.Drain();
        Assert.Equal(16, _link.SentBy(Alice, "BYE").Count());
        Assert.True(Alice.Core.RememberedCount < 100, $"{Alice.Core.RememberedCount} things are remembered");
        Assert.Equal(SipCallState.Established, Alice.Last<SipEvent.InviteAnswered>().Call.State);
    }

    [Fact]
    public void ALongRingingIsToldAgainEachMinute()
    {
        Bob.OnEvent = (now, e) =>
        {
            if (e is SipEvent.IncomingInvite i) Bob.Core.Ring(now, i.Call);
        };
        var call = _link.Call();
        _link.RunFor(170);
        Assert.Equal(3, _link.SentBy(Bob, "SIP/2.0 180").Count());
        Alice.Core.Cancel(_link.Now, call);
        _link.RunFor(100);
        Assert.Equal(3, _link.SentBy(Bob, "SIP/2.0 180").Count());
        Assert.Equal(0, Bob.Core.RememberedCount);
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData(5.0, 0)] // answered in time
    [InlineData(30.0, 1)]
    public void AnInviteThatExpiresIsGivenUp(double? answeredAfter, int failed)
    {
        Bob.OnEvent = (now, e) =>
        {
            if (e is SipEvent.IncomingInvite i) Bob.Core.Ring(now, i.Call);
        };
        if (answeredAfter is not null)
            _link.Rewrite = (sent, text) => sent.Is("INVITE") ? text.Replace("Max-Forwards: 70", "Max-Forwards: 70\r\nExpires: 20", StringComparison.Ordinal) : text;
        _link.Call();
        _link.RunFor(answeredAfter ?? 30);
        Bob.Core.Accept(_link.Now, Bob.Last<SipEvent.IncomingInvite>().Call, SipLink.Bytes("answer"));
        _link.RunFor(40);
        Assert.Equal((failed, failed), (Bob.Count<SipEvent.Cancelled>(), _link.SentBy(Bob, "SIP/2.0 487").Count()));
        Assert.Equal(1 - failed, Alice.Count<SipEvent.InviteAnswered>());
        Assert.Equal(failed, Alice.Count<SipEvent.InviteFailed>());
    }

    [Fact]
    public void TryingBringsTheTimestampBack()
    {
        Bob.OnEvent = null;
        _link.Rewrite = (sent, text) => sent.Is("INVITE") ? text.Replace("Max-Forwards: 70", "Max-Forwards: 70\r\nTimestamp: 54.21", StringComparison.Ordinal) : text;
        _link.Call();
        _link.RunFor(1);
        Assert.Contains("\r\nTimestamp: 54.21\r\n", _link.SentBy(Bob, "SIP/2.0 100").Single().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAnswerWithoutATagMakesADialogAllTheSame()
    {
        // §12.1.2: an agent of RFC 2543 gives none.
        _link.Rewrite = (sent, text) => sent.From == Bob && sent.Is("SIP/2.0 ") ? text.Replace($";tag={BobsTag}", "", StringComparison.Ordinal) : text;
        var call = _link.Call();
        _link.RunFor(0.1);
        Assert.Equal(SipCallState.Established, call.State);
        Assert.Contains("\r\nTo: <sip:bob@192.0.2.2>\r\n", _link.SentBy(Alice, "ACK").First().Text, StringComparison.Ordinal);

        var bye = $"BYE sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKold\r\nMax-Forwards: 70\r\nFrom: <sip:bob@192.0.2.2>\r\n"
            + $"To: <sip:alice@192.0.2.1>;tag={call.LocalTag}\r\nCall-ID: {call.CallId}\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n";
        Alice.Core.HandlePacket(_link.Now, Alice.Flows[SipTransport.Udp], SipLink.Bytes(bye));
        _link.Drain();
        Assert.Equal(1, Alice.Count<SipEvent.ByeReceived>());
    }

    [Fact]
    public void TheCallerTurnsTheRecordedRouteRoundAndTheCalleeKeepsIt()
    {
        const string Recorded = "Record-Route: <sip:192.0.2.1;lr;n=2>\r\nRecord-Route: \"Edge, one\" <sip:192.0.2.2;lr;n=1>\r\n";
        _link.Rewrite = (sent, text) => sent.Is("INVITE") ? text.Replace("Max-Forwards", Recorded + "Max-Forwards", StringComparison.Ordinal) : text;
        _link.Call();
        _link.RunFor(1);
        Assert.Equal(["<sip:192.0.2.2;lr;n=1>", "<sip:192.0.2.1;lr;n=2>"], Routes(_link.SentBy(Alice, "ACK").Single().Text));

        Bob.Core.Bye(_link.Now, Bob.Last<SipEvent.IncomingInvite>().Call);
        _link.RunFor(1);
        Assert.Equal(["<sip:192.0.2.1;lr;n=2>", "<sip:192.0.2.2;lr;n=1>"], Routes(_link.SentBy(Bob, "BYE").Single().Text));
    }

    [Fact]
    public void AReinviteMovesTheTargetAndLeavesTheRoute()
    {
        var call = _link.Call();
        _link.RunFor(1);
        _link.Rewrite = (sent, text) => sent.Is("INVITE")
            ? text.Replace("Contact: <sip:alice@192.0.2.1:5060>", "Record-Route: <sip:192.0.2.99;lr>\r\nContact: <sip:moved@192.0.2.1:5060>", StringComparison.Ordinal)
            : text;
        Alice.Core.Reinvite(_link.Now, call, SipLink.Bytes("again"));
        _link.RunFor(1);
        Bob.Core.Bye(_link.Now, Bob.Last<SipEvent.IncomingInvite>().Call);
        _link.RunFor(1);
        var bye = _link.SentBy(Bob, "BYE").Single().Text;
        Assert.StartsWith("BYE sip:moved@192.0.2.1:5060 SIP/2.0\r\n", bye, StringComparison.Ordinal);
        Assert.Empty(Routes(bye));
    }

    [Fact]
    public void TheAckToARefusalIsTheImageOfItsInvite()
    {
        Bob.OnEvent = (now, e) =>
        {
            if (e is SipEvent.IncomingInvite i) Bob.Core.Reject(now, i.Call, 486);
        };
        Alice.Core.Invite(_link.Now, new SipInvite
        {
            Target = "sip:bob@192.0.2.2",
            Sdp = SipLink.Bytes("offer"),
            Route = ["sip:192.0.2.2;lr"],
            Flows = [Alice.Flows[SipTransport.Udp]],
        });
        _link.RunFor(1);
        var invite = _link.SentBy(Alice, "INVITE").Single().Text;
        var ack = _link.SentBy(Alice, "ACK").Single().Text;
        Assert.Equal(Line(invite, "Via"), Line(ack, "Via"));
        Assert.Equal(Line(invite, "Route"), Line(ack, "Route"));
        Assert.Equal(Line(invite, "From"), Line(ack, "From"));
        Assert.Equal(Line(invite, "CSeq").Replace("INVITE", "ACK", StringComparison.Ordinal), Line(ack, "CSeq"));
        Assert.Equal(Line(_link.SentBy(Bob, "SIP/2.0 486").Single().Text, "To"), Line(ack, "To"));
        Assert.StartsWith("ACK sip:bob@192.0.2.2 SIP/2.0\r\n", ack, StringComparison.Ordinal);
    }

    [Fact]
    public void ACancelAfterTheAnswerChangesNothing()
    {
        var call = _link.Call();
        _link.RunFor(1);
        var invite = _link.SentBy(Alice, "INVITE").Single().Text;
        var cancel = $"CANCEL sip:bob@192.0.2.2 SIP/2.0\r\n{Line(invite, "Via")}\r\n{Line(invite, "From")}\r\n{Line(invite, "To")}\r\n{Line(invite, "Call-ID")}\r\n"
            + $"{Line(invite, "CSeq").Replace("INVITE", "CANCEL", StringComparison.Ordinal)}\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
        Bob.Core.HandlePacket(_link.Now, Bob.Flows[SipTransport.Udp], SipLink.Bytes(cancel));
        _link.RunFor(1);
        Assert.Contains("CANCEL", Line(_link.SentBy(Bob, "SIP/2.0 200").Last().Text, "CSeq"), StringComparison.Ordinal);
        Assert.Equal((0, SipCallState.Established), (Bob.Count<SipEvent.Cancelled>(), call.State));
        Assert.Empty(_link.SentBy(Bob, "SIP/2.0 487"));
    }

    [Fact]
    public void ARequestOutOfOrderGets500()
    {
        _link.Call();
        _link.RunFor(1);
        var invite = _link.SentBy(Alice, "INVITE").Single().Text;
        var old = $"OPTIONS sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKlate\r\nMax-Forwards: 70\r\n{Line(invite, "From")}\r\n"
            + $"To: <sip:bob@192.0.2.2>;tag={BobsTag}\r\n{Line(invite, "Call-ID")}\r\nCSeq: 0 OPTIONS\r\nContent-Length: 0\r\n\r\n";
        Bob.Core.HandlePacket(_link.Now, Bob.Flows[SipTransport.Udp], SipLink.Bytes(old));
        _link.Drain();
        Assert.Contains("Retry-After:", _link.SentBy(Bob, "SIP/2.0 500").Single().Text, StringComparison.Ordinal);
    }

    private string BobsTag => Bob.Last<SipEvent.IncomingInvite>().Call.LocalTag;

    private static string[] Routes(string message) =>
        [.. message.Split("\r\n").Where(l => l.StartsWith("Route: ", StringComparison.Ordinal)).Select(l => l["Route: ".Length..])];

    private static string Line(string message, string name) => message.Split("\r\n").Single(l => l.StartsWith(name + ":", StringComparison.Ordinal));
}
