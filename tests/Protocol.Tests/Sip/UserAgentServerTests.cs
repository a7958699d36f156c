// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Protocol.Sip;

namespace Earshot.Protocol.Tests.Sip;

/// <summary>What one core does with messages of strangers.</summary>
public sealed class UserAgentServerTests
{
    private SipLink _link = new();

    private SipPhone Bob => _link.Bob;

    [Fact]
    public void MergedRequestGets482()
    {
        Assert.Empty(Receive(Request("INVITE", branch: "z9hG4bKone")));
        Assert.StartsWith("SIP/2.0 482", Receive(Request("INVITE", branch: "z9hG4bKtwo")).Single(), StringComparison.Ordinal);
        Assert.Equal(1, Bob.Count<SipEvent.IncomingInvite>());
    }

    [Theory]
    [InlineData("SUBSCRIBE", "", "405", "Allow: INVITE")]
    [InlineData("FROBNICATE", "", "501", "Allow: INVITE")]
    [InlineData("INVITE", "Require: gizmo\r\n", "420", "Unsupported: gizmo")]
    [InlineData("INVITE", "Accept: text/plain\r\n", "406", "")]
    [InlineData("BYE", "", "481", "")]
    [InlineData("CANCEL", "", "481", "")]
    [InlineData("OPTIONS", "", "200", "Allow: INVITE")]
    public void RequestIsAnsweredAsItDeserves(string method, string header, string status, string says)
    {
        var answer = Receive(Request(method, header)).Single();
        Assert.StartsWith($"SIP/2.0 {status}", answer, StringComparison.Ordinal);
        Assert.Contains(says, answer, StringComparison.Ordinal);
        Assert.Contains("received=192.0.2.1;rport=5060", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void SchemeAndBodyNobodyKnowsAreRefused()
    {
        Assert.StartsWith("SIP/2.0 416", Receive(Request("OPTIONS", uri: "tel:+1")).Single(), StringComparison.Ordinal);
        var strange = Request("INVITE", branch: "z9hG4bKb").Replace("application/sdp", "application/odd", StringComparison.Ordinal);
        Assert.StartsWith("SIP/2.0 415", Receive(strange).Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void StrangerInADialogGets481AndStrayAckNothing()
    {
        var bye = Request("BYE").Replace("To: <sip:bob@192.0.2.2>", "To: <sip:bob@192.0.2.2>;tag=none", StringComparison.Ordinal);
        Assert.StartsWith("SIP/2.0 481", Receive(bye).Single(), StringComparison.Ordinal);
        Assert.Empty(Receive(Request("ACK", branch: "z9hG4bKa")));
    }

    [Fact]
    public void MaxForwards0IsNoConcernOfAUserAgentServer() =>
        Assert.StartsWith("SIP/2.0 200",
            Receive(Request("OPTIONS").Replace("Max-Forwards: 70", "Max-Forwards: 0", StringComparison.Ordinal)).Single(), StringComparison.Ordinal);

    [Fact]
    public void Rfc2543CallerIsMatchedWithoutABranch()
    {
        Bob.OnEvent = (now, e) =>
        {
            if (e is SipEvent.IncomingInvite i) Bob.Core.Reject(now, i.Call, 486);
        };
        var invite = Request("INVITE").Replace(";branch=z9hG4bKx", "", StringComparison.Ordinal);
        var refusal = Receive(invite).Single();
        Assert.Equal(refusal, Receive(invite).Single());
        var tag = refusal[refusal.IndexOf(";tag=", refusal.IndexOf("To:", StringComparison.Ordinal), StringComparison.Ordinal)..].Split('\r')[0];
        var ack = invite.Replace("INVITE", "ACK", StringComparison.Ordinal)
            .Replace("To: <sip:bob@192.0.2.2>", $"To: <sip:bob@192.0.2.2>{tag}", StringComparison.Ordinal);
        Receive(ack);
        Assert.Empty(SendAndRun(1));
    }

    [Fact]
    public void ResponseWithTwoViasIsDropped()
    {
        var call = _link.Call();
        var invite = _link.Log[0].Text;
        var via = invite[invite.IndexOf("Via:", StringComparison.Ordinal)..].Split("\r\n")[0];
        var headers = invite[(invite.IndexOf("\r\nFrom:", StringComparison.Ordinal) + 2)..].Split("\r\nContact")[0];
        var busy = $"SIP/2.0 486 Busy\r\n{via}\r\n{via}\r\n{headers}\r\nContent-Length: 0\r\n\r\n";
        _link.Alice.Core.HandlePacket(_link.Now, _link.Alice.Flows[SipTransport.Udp], SipLink.Bytes(busy));
        Assert.Equal(SipCallState.Inviting, call.State);
        _link.Alice.Core.HandlePacket(_link.Now, _link.Alice.Flows[SipTransport.Udp],
            SipLink.Bytes(busy.Replace($"{via}\r\n{via}", via, StringComparison.Ordinal)));
        Assert.Equal(SipCallState.Terminated, call.State);
    }

    [Fact]
    public void FloodOfStrangersIsBounded()
    {
        _link = new SipLink(new SipCoreOptions { MaxTransactions = 100, MaxCalls = 10 });
        var answers = new List<string>();
        for (var i = 0; i < 5000; i++)
        {
            var flood = Request(i % 2 == 0 ? "INVITE" : "OPTIONS", branch: $"z9hG4bK{i}", callId: $"flood{i}");
            answers.AddRange(Receive(flood));
        }

        Assert.True(Bob.Core.TransactionCount <= 100);
        Assert.True(Bob.Core.CallCount <= 10);
        Assert.True(Bob.Core.RememberedCount <= 300);
        Assert.Equal(2490, answers.Count(a => a.StartsWith("SIP/2.0 503", StringComparison.Ordinal))); // all INVITEs but ten
        Assert.Equal(2500, answers.Count(a => a.StartsWith("SIP/2.0 200", StringComparison.Ordinal)));
        Assert.Equal(10, Bob.Count<SipEvent.IncomingInvite>());
    }

    [Fact]
    public void ACallerBehindAFloodIsHeard()
    {
        _link = new SipLink(new SipCoreOptions { MaxTransactions = 100 }).Obliging();
        for (var i = 0; i < 500; i++)
        {
            Receive(Request("OPTIONS", branch: $"z9hG4bKo{i}", callId: $"o{i}"));
            Receive(Request("INVITE", "Require: gizmo\r\n", $"z9hG4bKi{i}", $"i{i}")); // refused, and never acknowledged
        }

        Assert.True(Bob.Core.TransactionCount <= 100);
        var call = _link.Call();
        _link.RunFor(1);
        Assert.Equal((SipCallState.Established, 1), (call.State, Bob.Count<SipEvent.AckReceived>()));
    }

    [Fact]
    public void CallsThatRingAreNotForgottenForAFlood()
    {
        _link = new SipLink(new SipCoreOptions { MaxTransactions = 10, MaxCalls = 100 });
        for (var i = 0; i < 10; i++) Receive(Request("INVITE", branch: $"z9hG4bK{i}", callId: $"ringing{i}"));
        Assert.StartsWith("SIP/2.0 503", Receive(Request("OPTIONS", branch: "z9hG4bKmore", callId: "more")).Single(), StringComparison.Ordinal);
        Assert.Equal((10, 10), (Bob.Core.CallCount, Bob.Core.TransactionCount));
        var cancel = Request("CANCEL", branch: "z9hG4bK3", callId: "ringing3");
        Assert.Contains(Receive(cancel), m => m.StartsWith("SIP/2.0 487", StringComparison.Ordinal));
    }

    [Fact]
    public void FloodLeavesTheRunningCallAlone()
    {
        _link = new SipLink(new SipCoreOptions { MaxTransactions = 100 }).Obliging();
        var call = _link.Call();
        _link.RunFor(1);
        for (var i = 0; i < 500; i++) Receive(Request("OPTIONS", branch: $"z9hG4bK{i}", callId: $"flood{i}"));
        _link.Alice.Core.Bye(_link.Now, call);
        _link.RunFor(1);
        Assert.Equal(200, _link.Alice.Last<SipEvent.ByeCompleted>().Status);
    }

    [Fact]
    public void MutatedMessagesNeverThrow()
    {
        var random = new Random(7);
        _link.Obliging();
        _link.Call();
        _link.RunFor(1);
        _link.Alice.Core.Bye(_link.Now, _link.Alice.Last<SipEvent.InviteAnswered>().Call);
        _link.RunFor(1);
        byte[][] seeds = [.. _link.Log.Select(s => SipLink.Bytes(s.Text)), SipLink.Bytes(Request("OPTIONS")), SipLink.Bytes(Request("INVITE"))];
        for (var i = 0; i < 20_000; i++)
        {
            var phone = i % 2 == 0 ? _link.Alice : Bob;
            phone.Core.HandlePacket(_link.Now, phone.Flows[SipTransport.Udp], Mutate(seeds[random.Next(seeds.Length)], random));
            while (phone.Core.PollTransmit(out _, out _))
            {
            }

            if (i % 100 == 0) _link.RunFor(1);
        }

        Assert.True(Bob.Core.TransactionCount <= Bob.Core.Options.MaxTransactions);
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var bytes = seed.ToArray();
        for (var n = random.Next(1, 6); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private static string Request(
        string method, string header = "", string branch = "z9hG4bKx", string callId = "one@example", string uri = "sip:bob@192.0.2.2") =>
        $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.9.9.9:5060;branch={branch};rport\r\nMax-Forwards: 70\r\n"
        + $"From: \"A\" <sip:a@10.9.9.9>;tag=f\r\nTo: <sip:bob@192.0.2.2>\r\nCall-ID: {callId}\r\nCSeq: 1 {method}\r\n"
        + $"Contact: <sip:a@10.9.9.9>\r\n{header}Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n";

    private string[] Receive(string message)
    {
        var before = _link.Log.Count;
        Bob.Core.HandlePacket(_link.Now, Bob.Flows[SipTransport.Udp], Encoding.UTF8.GetBytes(message));
        _link.Drain();
        return [.. _link.Log.Skip(before).Select(s => s.Text)];
    }

    private string[] SendAndRun(double seconds)
    {
        var before = _link.Log.Count;
        _link.RunFor(seconds);
        return [.. _link.Log.Skip(before).Select(s => s.Text)];
    }
}
