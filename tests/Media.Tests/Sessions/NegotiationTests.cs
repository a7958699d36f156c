// SPDX-License-Identifier: MIT
using System.Net;
using System.Text;
using Earshot.Protocol.Sdp;

namespace Earshot.Media.Tests.Sessions;

public class NegotiationTests
{
    [Fact]
    public void AnOfferInClearIsRefusedUnlessClearMediaWasAskedForByName()
    {
        using var engine = CallPair.NewEngine();
        using var clear = engine.CreateSession(new() { Security = MediaSecurityPolicy.None });
        using var strict = engine.CreateSession(new());
        using var lax = engine.CreateSession(new() { Security = MediaSecurityPolicy.None });
        var offer = clear.CreateOffer(IPAddress.Loopback);

        var refused = strict.AcceptOffer(offer, IPAddress.Loopback);
        Assert.Equal(NegotiationFailure.EncryptionRequired, refused.Failure);
        Assert.Equal(488, refused.SipStatus);
        Assert.NotEmpty(refused.Reason);
        Assert.Null(strict.Facts);

        var accepted = lax.AcceptOffer(offer, IPAddress.Loopback);
        Assert.True(accepted.Accepted);
        Assert.False(accepted.Media!.IsEncrypted);
    }

    [Fact]
    public void AnAnswerThatStripsTheKeysIsRefused()
    {
        using var engine = CallPair.NewEngine();
        using var caller = engine.CreateSession(new());
        using var callee = engine.CreateSession(new());
        var answer = callee.AcceptOffer(caller.CreateOffer(IPAddress.Loopback), IPAddress.Loopback).Answer;
        var lines = Encoding.ASCII.GetString(answer.Span).Split("\r\n").Where(line => !line.StartsWith("a=crypto", StringComparison.Ordinal));
        var stripped = Encoding.ASCII.GetBytes(string.Join("\r\n", lines).Replace("RTP/SAVP", "RTP/AVP", StringComparison.Ordinal));
        var result = caller.AcceptAnswer(stripped);
        Assert.False(result.Accepted);
        Assert.Null(caller.Facts);
    }

    [Fact]
    public void TheOfferNamesAnAddressThatThePeerCanReach()
    {
        using var engine = new MediaEngine(new() { Random = new TestRandom(3), Codecs = new PlainCodecs(), BindAddress = IPAddress.Any, Workers = 1 });
        using var session = engine.CreateSession(new());
        string offer = Encoding.ASCII.GetString(session.CreateOffer(IPAddress.Loopback).Span);
        Assert.Contains("IN IP4 127.0.0.1", offer, StringComparison.Ordinal);
        Assert.DoesNotContain("0.0.0.0", offer, StringComparison.Ordinal);
    }

    [Fact]
    public void NoCodecInCommonIsSaid()
    {
        using var engine = CallPair.NewEngine();
        using var caller = engine.CreateSession(new() { Codecs = ["pcma"] });
        using var callee = engine.CreateSession(new() { Codecs = ["opus"] });
        var result = callee.AcceptOffer(caller.CreateOffer(IPAddress.Loopback), IPAddress.Loopback);
        Assert.Equal(NegotiationFailure.NoCommonCodec, result.Failure);
    }

    [Fact]
    public void OptionsThatCannotWorkAreRefusedAtOnce()
    {
        using var engine = CallPair.NewEngine();
        Assert.Throws<ArgumentException>(() => engine.CreateSession(new() { Codecs = ["mp3"] }));
        Assert.Throws<ArgumentException>(() => engine.CreateSession(new() { PacketTime = TimeSpan.FromMilliseconds(33) }));
        Assert.Throws<ArgumentException>(() => engine.CreateSession(new() { BlockSamples = 2000 }));
    }
}
