// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sdp;
using static Earshot.Protocol.Tests.Sdp.SdpSamples;

namespace Earshot.Protocol.Tests.Sdp;

/// <summary>RFC 3389 §4 in offers and answers: payload type 13 beside codecs of its clock.</summary>
public class ComfortNoiseNegotiationTests
{
    private static readonly LocalCodec Noise = new("CN", 8000, 1, 13);
    private static readonly LocalCodec[] All = [Opus, Pcmu, Noise, Event48];

    [Fact]
    public void ItIsOfferedAndTakenWithACodecOfItsClock()
    {
        var caller = new OfferAnswer(1);
        var offer = caller.CreateOffer(Clear(All));
        Assert.Contains("m=audio 40000 RTP/AVP 96 0 13 100", Lines(offer));
        Assert.Contains("a=rtpmap:13 CN/8000", Lines(offer));

        var answer = Answer(Clear([Pcmu, Noise]), offer.ToArray());
        Assert.Equal(("PCMU", 13), (answer.Media!.Codec.Name, answer.Media.ComfortNoise!.ReceivePayloadType));
        Assert.Contains("m=audio 40000 RTP/AVP 0 13", Lines(answer.Sdp));
        var agreed = caller.HandleAnswer(answer.Sdp.Span).Media!;
        Assert.Equal(13, agreed.ComfortNoise!.ReceivePayloadType);
        Assert.DoesNotContain(agreed.Codecs, codec => codec.Name == "CN");
    }

    [Fact]
    public void OpusNeedsNone()
    {
        var answer = Answer(Clear(All), Described("m=audio 5004 RTP/AVP 96 0 13", "a=rtpmap:96 opus/48000/2"));
        Assert.Null(answer.Media!.ComfortNoise);
        Assert.DoesNotContain("CN", Text(answer.Sdp), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("m=audio 5004 RTP/AVP 0 13")]
    [InlineData("m=audio 5004 RTP/AVP 13 0", "a=rtpmap:13 CN/8000")]
    [InlineData("m=audio 5004 RTP/AVP 0 13", "a=rtpmap:13 cn/8000/1")]
    public void TheStaticNumberNeedsNoMap(params string[] media) =>
        Assert.Equal(13, Answer(Clear(All), Described(media)).Media!.ComfortNoise!.SendPayloadType);

    [Fact]
    public void ADescriptionWithNothingButNoiseHasNoCodec() =>
        Assert.Equal(NegotiationFailure.NoCommonCodec, Answer(Clear(All), Described("m=audio 5004 RTP/AVP 13")).Failure);
}
