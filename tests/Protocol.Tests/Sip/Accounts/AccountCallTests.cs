// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Protocol.Sip;

namespace Earshot.Protocol.Tests.Sip.Accounts;

/// <summary>Calls by an account: challenged by its proxy, and for its Contact.</summary>
public sealed class AccountCallTests
{
    private readonly RegistrarDouble _server = new();
    private readonly SipAccount _account;

    public AccountCallTests()
    {
        _account = _server.Register();
        _server.RunFor(1);
    }

    [Fact]
    public void AProxyThatAsksIsAnsweredAndTheAckSaysTheSame()
    {
        _server.Answer = (_, text) => !text.StartsWith("INVITE", StringComparison.Ordinal) ? "200 OK"
            : _server.IsProven(text, "Proxy-Authorization") ? "200 OK\r\nContact: <sip:bob@192.0.2.9>"
            : $"407 Proxy Authentication Required\r\nProxy-Authenticate: {_server.Challenge()}";
        var call = Invite("sip:bob@example.org");
        _server.RunFor(0.1);
        _server.Core.Ack(_server.Now, call);
        _server.Drain();
        Assert.Equal(SipCallState.Established, call.State);

        var invites = Sent("INVITE ");
        Assert.Equal(2, invites.Count);
        var answers = Sent("ACK ");
        Assert.Equal(2, answers.Count); // of the refusal, by its transaction, and of the 200
        Assert.Equal(Number(invites[1]), Number(answers[1]));
        Assert.Equal(Number(invites[0]) + 1, Number(invites[1]));
        Assert.Equal(RegistrarDouble.Header(invites[1], "Proxy-Authorization"), RegistrarDouble.Header(answers[1], "Proxy-Authorization"));
        Assert.Equal(RegistrarDouble.Header(invites[0], "Call-ID"), RegistrarDouble.Header(invites[1], "Call-ID"));

        // What comes later says it at once, with a number above the last.
        _server.Core.Bye(_server.Now, call);
        _server.RunFor(0.1);
        var bye = Assert.Single(Sent("BYE "));
        Assert.True(Number(bye) > Number(invites[1]));
        Assert.True(_server.IsProven(bye, "Proxy-Authorization"));
    }

    [Fact]
    public void AReinviteThatIsAskedForANewNonceIsAcknowledgedByItsOwnNumber()
    {
        _server.Answer = (_, text) => !text.StartsWith("INVITE", StringComparison.Ordinal) ? "200 OK"
            : _server.IsProven(text, "Proxy-Authorization") ? "200 OK\r\nContact: <sip:bob@192.0.2.9>"
            : $"407 Proxy Authentication Required\r\nProxy-Authenticate: {_server.Challenge()}";
        var call = Invite("sip:bob@example.org");
        _server.RunFor(0.1);
        _server.Core.Ack(_server.Now, call);
        _server.Nonce = "n2";
        Assert.True(_server.Core.Reinvite(_server.Now, call, Encoding.ASCII.GetBytes("v=0")));
        _server.RunFor(0.1);
        Assert.Single(_server.Events.OfType<SipEvent.ReinviteAnswered>());
        _server.Core.Ack(_server.Now, call);
        _server.Drain();
        Assert.Equal(Number(Sent("INVITE ")[^1]), Number(Sent("ACK ")[^1]));
        Assert.Equal(4, Sent("INVITE ").Count);
    }

    /// <summary>A digest lets whoever gets it try passwords: who is called and is no server of ours gets none.</summary>
    [Theory]
    [InlineData("401 Unauthorized\r\nWWW-Authenticate")]
    [InlineData("407 Proxy Authentication Required\r\nProxy-Authenticate")]
    public void AStrangerWhoAsksForThePasswordGetsNothing(string answer)
    {
        _server.Answer = (_, text) => text.StartsWith("INVITE", StringComparison.Ordinal) ? $"{answer}: Digest realm=\"stranger\", nonce=\"x\"" : null;
        Invite("sip:bob@example.net");
        _server.RunFor(1);
        Assert.Single(Sent("INVITE "));
        Assert.Equal(answer[..3], Assert.Single(_server.Events.OfType<SipEvent.InviteFailed>()).Status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.DoesNotContain(Sent("INVITE "), t => t.Contains("uthorization:", StringComparison.Ordinal));
    }

    [Fact]
    public void ACallThatIsGivenUpAnswersNoChallenge()
    {
        _server.Answer = (_, text) => text.StartsWith("INVITE", StringComparison.Ordinal) ? $"407 Proxy Authentication Required\r\nProxy-Authenticate: {_server.Challenge()}" : null;
        var call = Invite("sip:bob@example.org");
        _server.Core.Cancel(_server.Now, call);
        _server.RunFor(1);
        Assert.Single(Sent("INVITE "));
        Assert.Equal(InviteFailure.Cancelled, Assert.Single(_server.Events.OfType<SipEvent.InviteFailed>()).Cause);
    }

    [Fact]
    public void WhoCallsTheContactCallsTheAccount()
    {
        string Invite(string user, string id) =>
            $"INVITE sip:{user}@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bK{id}\r\nMax-Forwards: 70\r\nFrom: <sip:bob@example.org>;tag={id}\r\nTo: <sip:alice@example.org>\r\nCall-ID: {id}\r\nCSeq: 1 INVITE\r\nContact: <sip:bob@198.51.100.1>\r\nContent-Length: 0\r\n\r\n";
        _server.Core.HandlePacket(_server.Now, _server.Flows[0], Encoding.ASCII.GetBytes(Invite("a1b2c3", "1")));
        _server.Core.HandlePacket(_server.Now, _server.Flows[0], Encoding.ASCII.GetBytes(Invite("anybody", "2")));
        _server.Drain();
        var calls = _server.Events.OfType<SipEvent.IncomingInvite>().Select(e => e.Call).ToList();
        Assert.Same(_account, calls[0].Account);
        Assert.Null(calls[1].Account);
        _server.Core.Accept(_server.Now, calls[0], Encoding.ASCII.GetBytes("v=0"));
        _server.Drain();
        Assert.Equal("<sip:a1b2c3@192.0.2.1:5060>", RegistrarDouble.Header(_server.Requests[^1].Text, "Contact"));
    }

    private SipCall Invite(string target)
    {
        var call = _server.Core.Invite(_server.Now, new SipInvite { Target = target, Account = _account, Sdp = Encoding.ASCII.GetBytes("v=0") });
        _server.Drain();
        return call;
    }

    private List<string> Sent(string start) => [.. _server.Requests.Select(r => r.Text).Where(t => t.StartsWith(start, StringComparison.Ordinal))];

    private static int Number(string message) => int.Parse(RegistrarDouble.Header(message, "CSeq").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
}
