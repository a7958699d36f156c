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
    [InlineData("a=rtcp-xr:", "a=rtcp-xr:voip-metrics", false, false)]
    [InlineData("a=rtcp-xr", "a=rtcp-xr:voip-metrics", false, false)]
    [InlineData("a=rtcp-xr:voip-metrics", "a=rtcp-xr:voip-metrics", true, false)]
    [InlineData("a=rtcp-xr:pkt-loss-rle=100 rcvr-rtt=sender:64 stat-summary=loss,dup", "a=rtcp-xr:rcvr-rtt=all voip-metrics", false, true)]
    [InlineData("a=rtcp-xr:rcvr-rttx voip-metricsy  x-new=7", "a=rtcp-xr:voip-metrics", false, false)]
    public void AnOfferIsAnsweredInItsOwnTerms(string? line, string? ours, bool metrics, bool times)
    {
        var answer = Answer(Local, line is null ? Described("m=audio 5004 RTP/AVP 0") : Described("m=audio 5004 RTP/AVP 0", line));
        Assert.Equal(ours, Lines(answer.Sdp).FirstOrDefault(l => l.StartsWith("a=rtcp-xr", StringComparison.Ordinal)));
        Assert.Equal(new(metrics, times), answer.Media!.ExtendedReports);
    }

    [Fact]
    public void AnAnswerWithoutALineIsThatOfAPeerWhoDoesNotKnowThem()
    {
        var caller = new OfferAnswer(1);
        caller.CreateOffer(Local);
        Assert.Equal(ExtendedReports.Unasked, caller.HandleAnswer(Described("m=audio 6000 RTP/AVP 0")).Media!.ExtendedReports);
    }
}
