// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sdp;
using static Earshot.Protocol.Tests.Sdp.SdpSamples;

namespace Earshot.Protocol.Tests.Sdp;

/// <summary>RFC 3611 §5: who asks whom for extended reports.</summary>
public class ExtendedReportsNegotiationTests
{
    private static readonly LocalMedia Local = Clear([Pcmu]) with { ExtendedReports = true };

    [Fact]
    public void BothAskForAllAndGetIt()
    {
        var caller = new OfferAnswer(1);
        var offer = caller.CreateOffer(Local);
        Assert.Contains("a=rtcp-xr:rcvr-rtt=all voip-metrics", Lines(offer));
        var answer = Answer(Local, offer.ToArray());
        Assert.Contains("a=rtcp-xr:rcvr-rtt=all voip-metrics", Lines(answer.Sdp));
        Assert.Equal(new(true, true), answer.Media!.ExtendedReports);
        Assert.Equal(new(true, true), caller.HandleAnswer(answer.Sdp.Span).Media!.ExtendedReports);
    }

    // The offer's line, our answer's, and what we send then.
    [Theory]
    [InlineData(null, null, true, false)]
    [InlineData("a=rtcp-xr:", "a=rtcp-xr:voip-metrics", false, false)] // zero parameters: nothing is asked for
    [InlineData("a=rtcp-xr", "a=rtcp-xr:voip-metrics", false, false)]
    [InlineData("a=rtcp-xr:voip-metrics", "a=rtcp-xr:voip-metrics", true, false)]
    [InlineData("a=rtcp-xr:pkt-loss-rle=100 rcvr-rtt=sender:64 stat-summary=loss,dup", "a=rtcp-xr:rcvr-rtt=sender voip-metrics", false, true)]
    [InlineData("a=rtcp-xr:rcvr-rtt=all:1200 voip-metrics", "a=rtcp-xr:rcvr-rtt=all voip-metrics", true, true)]
    [InlineData("a=rtcp-xr:rcvr-rttx voip-metricsy  x-new=7", "a=rtcp-xr:voip-metrics", false, false)] // others' names, extensions
    public void AnOfferIsAnsweredInItsOwnTerms(string? line, string? ours, bool metrics, bool times)
    {
        var answer = Answer(Local, line is null ? Described("m=audio 5004 RTP/AVP 0") : Described("m=audio 5004 RTP/AVP 0", line));
        Assert.Equal(ours, LineOf(answer));
        Assert.Equal((metrics, times), (answer.Media!.ExtendedReports.VoipMetrics, answer.Media.ExtendedReports.ReceiverTime));
    }

    // §5.2, unilateral: who only sends wants to be told, who only receives can tell.
    [Theory]
    [InlineData("sendonly", "rcvr-rtt=all voip-metrics", "a=rtcp-xr:rcvr-rtt=all", true)]
    [InlineData("sendonly", "voip-metrics", null, true)]
    [InlineData("sendonly", "", null, false)]
    [InlineData("recvonly", "voip-metrics", "a=rtcp-xr:voip-metrics", false)]
    [InlineData("recvonly", "pkt-loss-rle=32", null, false)] // only what was offered
    [InlineData("recvonly", "rcvr-rtt=all", "a=rtcp-xr:rcvr-rtt=all", false)]
    [InlineData("inactive", "voip-metrics", null, false)]
    [InlineData("sendrecv", "pkt-loss-rle=32", "a=rtcp-xr:voip-metrics", false)] // an answer may ask for what was not offered
    public void WhoSendsIsToldAndWhoReceivesTells(string direction, string parameters, string? ours, bool metrics)
    {
        var answer = Answer(Local, Described("m=audio 5004 RTP/AVP 0", "a=" + direction, "a=rtcp-xr:" + parameters));
        Assert.Equal(ours, LineOf(answer));
        Assert.Equal(metrics, answer.Media!.ExtendedReports.VoipMetrics);
    }

    // §5.1: rcvr-rtt=MODE[:SIZE]; what is neither mode is an extension, and a block below 16 bytes has room for no answer.
    [Theory]
    [InlineData("rcvr-rtt=all", true, nameof(ReferenceAnswers.OfAll))]
    [InlineData("rcvr-rtt=sender", true, nameof(ReferenceAnswers.OfSenders))]
    [InlineData("rcvr-rtt=all:16", true, nameof(ReferenceAnswers.OfAll))]
    [InlineData("rcvr-rtt=sender:16", true, nameof(ReferenceAnswers.OfSenders))]
    [InlineData("rcvr-rtt=all:15", false, nameof(ReferenceAnswers.None))]
    [InlineData("rcvr-rtt=sender:0", false, nameof(ReferenceAnswers.None))]
    [InlineData("rcvr-rtt", false, nameof(ReferenceAnswers.OfAll))]
    [InlineData("rcvr-rtt=", false, nameof(ReferenceAnswers.OfAll))]
    [InlineData("rcvr-rtt=some", false, nameof(ReferenceAnswers.OfAll))]
    [InlineData("rcvr-rtt=ALL", false, nameof(ReferenceAnswers.OfAll))]
    [InlineData("rcvr-rtt=all:", false, nameof(ReferenceAnswers.OfAll))]
    [InlineData("rcvr-rtt=all:-1", false, nameof(ReferenceAnswers.OfAll))]
    [InlineData("rcvr-rtt=all:16x", false, nameof(ReferenceAnswers.OfAll))]
    public void TimesAreAgreedByTheirModeAndSize(string parameter, bool times, string answers)
    {
        var answer = Answer(Local, Described("m=audio 5004 RTP/AVP 0", "a=rtcp-xr:" + parameter));
        Assert.Equal((times, answers), (answer.Media!.ExtendedReports.ReceiverTime, answer.Media.ExtendedReports.Answers.ToString()));
        Assert.Equal(times, LineOf(answer)!.Contains("rcvr-rtt", StringComparison.Ordinal));
    }

    // §5.2, collaborative: both name it, or neither sends it.
    [Theory]
    [InlineData("a=rtcp-xr:rcvr-rtt=all", true)]
    [InlineData("a=rtcp-xr:voip-metrics", false)]
    [InlineData(null, false)]
    public void TimesAreSentOnlyWhenTheAnswerNamesThem(string? line, bool times)
    {
        var caller = new OfferAnswer(1);
        caller.CreateOffer(Local);
        string[] media = line is null ? ["m=audio 6000 RTP/AVP 0"] : ["m=audio 6000 RTP/AVP 0", line];
        Assert.Equal(times, caller.HandleAnswer(Described(media)).Media!.ExtendedReports.ReceiverTime);
    }

    [Fact]
    public void WhoOnlyReceivesOffersToTellAndTellsWhatTheAnswerAsksFor()
    {
        var caller = new OfferAnswer(1);
        var offer = caller.CreateOffer(Local with { Direction = MediaDirection.ReceiveOnly });
        Assert.Contains("a=rtcp-xr:rcvr-rtt=all voip-metrics", Lines(offer));
        var asked = caller.HandleAnswer(Described("m=audio 6000 RTP/AVP 0", "a=sendonly", "a=rtcp-xr:voip-metrics stat-summary=loss"));
        Assert.Equal(new(true, false), asked.Media!.ExtendedReports);
    }

    [Fact]
    public void ALineAboveAllStreamsCountsWhereAStreamHasNone()
    {
        byte[] Above(params string[] media) => Bytes(
            ["v=0", "o=- 1 1 IN IP4 192.0.2.20", "s=-", "c=IN IP4 192.0.2.20", "t=0 0", "a=rtcp-xr:rcvr-rtt=all", "m=audio 5004 RTP/AVP 0", .. media]);
        Assert.Equal(new(false, true), Answer(Local, Above()).Media!.ExtendedReports);
        Assert.Equal(new(true, false), Answer(Local, Above("a=rtcp-xr:voip-metrics")).Media!.ExtendedReports);
    }

    [Fact]
    public void WithoutExtendedReportsOfOurOwnNothingIsSaid()
    {
        var answer = Answer(Clear([Pcmu]), Described("m=audio 5004 RTP/AVP 0", "a=rtcp-xr:rcvr-rtt=all voip-metrics"));
        Assert.Null(LineOf(answer));
    }

    [Fact]
    public void AnAnswerWithoutALineIsThatOfAPeerWhoDoesNotKnowThem()
    {
        var caller = new OfferAnswer(1);
        caller.CreateOffer(Local);
        Assert.Equal(ExtendedReports.Unasked, caller.HandleAnswer(Described("m=audio 6000 RTP/AVP 0")).Media!.ExtendedReports);
    }

    private static string? LineOf(NegotiationResult answer) => Lines(answer.Sdp).FirstOrDefault(l => l.StartsWith("a=rtcp-xr", StringComparison.Ordinal));
}
