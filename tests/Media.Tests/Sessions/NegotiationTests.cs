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

    /// <summary>Offered and taken, or sent unasked as gateways do: beside G.711 and G.722 comfort noise is played, beside Opus it means nothing.</summary>
    [Theory]
    [InlineData("pcmu", "0 13", 13)]
    [InlineData("pcma", "8", 13)]
    [InlineData("g722", "9 97", 97)]
    [InlineData("opus", "111 13", -1)]
    public void ComfortNoiseIsReceivedWithCodecsOfItsClock(string codec, string numbers, int noise)
    {
        var options = new MediaSessionOptions { Codecs = [codec], Security = MediaSecurityPolicy.None };
        var negotiator = new MediaNegotiator(options, new TestRandom(7), new PlainCodecs()) { Local = new(IPAddress.Loopback, 4000) };
        Assert.Equal(codec != "opus", Encoding.ASCII.GetString(negotiator.CreateOffer(MediaDirection.SendReceive, null).Span).Contains("a=rtpmap:13 CN/8000", StringComparison.Ordinal));
        negotiator.Rollback();
        string offer = $"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5000 RTP/AVP {numbers}\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:97 CN/8000\r\n";
        Assert.True(negotiator.AcceptOffer(Encoding.ASCII.GetBytes(offer)).Accepted);
        var plan = negotiator.Plan!;
        Assert.Equal(noise >= 0, noise >= 0 && plan.Receive.IsSound(noise));
        Assert.Equal(noise >= 0 ? noise : -1, plan.Playback.Decoders.Where(d => d.Decoder is Earshot.Media.Playout.ComfortNoise).Select(d => (int)d.PayloadType).FirstOrDefault(-1));
        Assert.False(codec == "opus" && plan.Receive.IsSound(13));
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
