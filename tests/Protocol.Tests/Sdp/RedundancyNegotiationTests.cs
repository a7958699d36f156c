// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sdp;
using static Earshot.Protocol.Tests.Sdp.SdpSamples;

namespace Earshot.Protocol.Tests.Sdp;

/// <summary>RFC 2198 §5 in offers and answers.</summary>
public class RedundancyNegotiationTests
{
    private static readonly LocalCodec Red = new("red", 48000, 2, 112);
    private static readonly LocalCodec[] All = [Opus, Pcmu, Event48, Red];

    [Fact]
    public void BothSidesAgreeAndEachUsesTheOthersNumbers()
    {
        var caller = new OfferAnswer(1);
        var offer = caller.CreateOffer(Clear(All));
        Assert.Contains("m=audio 40000 RTP/AVP 96 0 100 112", Lines(offer));
        Assert.Contains("a=rtpmap:112 red/48000/2", Lines(offer));
        Assert.Contains("a=fmtp:112 96/96", Lines(offer));

        var answer = Answer(Clear(All), offer.ToArray());
        Assert.Equal(("opus", 112), (answer.Media!.Codec.Name, answer.Media.Redundancy!.SendPayloadType));
        Assert.Contains("m=audio 40000 RTP/AVP 96 100 112", Lines(answer.Sdp));
        Assert.Contains("a=fmtp:112 96/96", Lines(answer.Sdp));

        var agreed = caller.HandleAnswer(answer.Sdp.Span).Media!;
        Assert.Equal((112, 112), (agreed.Redundancy!.SendPayloadType, agreed.Redundancy.ReceivePayloadType));
        Assert.DoesNotContain(agreed.Codecs, codec => codec.Name == "red");
    }

    [Fact]
    public void ABrowsersOfferIsAnsweredWithItsNumbersAndPlainOpusFirst()
    {
        var answer = Answer(Clear(All), Described(
            "m=audio 5004 RTP/AVP 63 111 0 110", "a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111", "a=rtpmap:111 opus/48000/2", "a=rtpmap:110 telephone-event/48000"));
        Assert.Equal((111, 63, 110), (answer.Media!.Codec.SendPayloadType, answer.Media.Redundancy!.SendPayloadType, answer.Media.TelephoneEvent!.SendPayloadType));
        Assert.Contains("m=audio 40000 RTP/AVP 111 110 63", Lines(answer.Sdp));
        Assert.Contains("a=fmtp:63 111/111", Lines(answer.Sdp));
    }

    [Theory]
    [InlineData("m=audio 5004 RTP/AVP 111", "a=rtpmap:111 opus/48000/2")]
    [InlineData("m=audio 5004 RTP/AVP 111 63", "a=rtpmap:111 opus/48000/2", "a=rtpmap:63 red/48000/2", "a=fmtp:63 111")]
    [InlineData("m=audio 5004 RTP/AVP 111 63", "a=rtpmap:111 opus/48000/2", "a=rtpmap:63 red/48000/2", "a=fmtp:63 111/0")]
    [InlineData("m=audio 5004 RTP/AVP 111 63", "a=rtpmap:111 opus/48000/2", "a=rtpmap:63 red/48000/2", "a=fmtp:63 a/b/c")]
    [InlineData("m=audio 5004 RTP/AVP 111 63", "a=rtpmap:111 opus/48000/2", "a=rtpmap:63 red/8000", "a=fmtp:63 111/111")]
    [InlineData("m=audio 5004 RTP/AVP 0 63", "a=rtpmap:0 PCMU/8000", "a=rtpmap:63 red/48000/2", "a=fmtp:63 0/0")]
    public void WhatCannotRepeatTheAgreedCodecIsLeftOut(params string[] media)
    {
        var answer = Answer(Clear(All), Described(media));
        Assert.Null(answer.Media!.Redundancy);
        Assert.DoesNotContain("red", Text(answer.Sdp), StringComparison.Ordinal);
    }

    [Fact]
    public void ADescriptionWithNothingButRedundancyHasNoCodec()
    {
        var result = Answer(Clear(All), Described("m=audio 5004 RTP/AVP 63", "a=rtpmap:63 red/48000/2"));
        Assert.Equal(NegotiationFailure.NoCommonCodec, result.Failure);
    }

    [Fact]
    public void APeerThatDoesNotKnowItAnswersAsEver()
    {
        var caller = new OfferAnswer(1);
        caller.CreateOffer(Clear(All));
        var media = caller.HandleAnswer(Described("m=audio 6000 RTP/AVP 96 100", "a=rtpmap:96 opus/48000/2", "a=rtpmap:100 telephone-event/48000")).Media!;
        Assert.Null(media.Redundancy);
        Assert.Equal(100, media.TelephoneEvent!.SendPayloadType);
    }
}
