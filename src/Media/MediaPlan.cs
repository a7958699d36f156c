// SPDX-License-Identifier: MIT
using Earshot.Media.Receive;
using Earshot.Media.Send;
using Earshot.Media.Transport;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Rtcp;
using Earshot.Protocol.Sdp;

namespace Earshot.Media;

/// <summary>One agreement, made ready for each thread that takes part. Immutable.</summary>
/// <param name="Transport">For the worker.</param>
/// <param name="Send">For the worker.</param>
/// <param name="Receive">For the worker.</param>
/// <param name="Playback">For playback.</param>
/// <param name="Facts">For people.</param>
internal sealed record MediaPlan(TransportPlan Transport, SendPlan Send, ReceivePlan Receive, PlaybackPlan Playback, MediaFacts Facts)
{
    /// <summary>What was agreed about DTLS; null without it.</summary>
    public DtlsAgreement? Dtls { get; init; }

    /// <summary>What was agreed about ICE; null without it.</summary>
    public IceAgreement? Ice { get; init; }

    /// <summary>What the peer wishes to be told by extended reports. For the worker.</summary>
    public ExtendedReports Reports { get; init; } = ExtendedReports.Unasked;

    /// <summary>Mean time between two reports of ours. For the worker.</summary>
    public TimeSpan ReportInterval { get; init; } = RtcpScheduler.Longest;
}
