// SPDX-License-Identifier: MIT
using static Earshot.Protocol.Tests.Sdp.SdpSamples;

namespace Earshot.Protocol.Tests.Sdp;

/// <summary>RFC 4585, RFC 5124: which transports let reports come earlier.</summary>
public class FeedbackProfileTests
{
    [Theory]
    [InlineData("RTP/AVP", false)]
    [InlineData("RTP/AVPF", true)]
    public void ATransportWithFeedbackIsKnownByItsName(string transport, bool feedback) =>
        Assert.Equal(feedback, Answer(Clear([Pcmu]), Described($"m=audio 5004 {transport} 0")).Media!.HasFeedback);
}
