// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;

namespace Earshot.Media.Send;

/// <summary>What was agreed about sending. An immutable snapshot that travels from negotiation to the worker.</summary>
/// <param name="Encoder">Takes 48 kHz; the same instance as before when the codec stays.</param>
/// <param name="PayloadType">Of sound.</param>
/// <param name="ClockRate">Hz of the RTP time stamp.</param>
/// <param name="FrameSamples">Samples at 48 kHz in a packet.</param>
/// <param name="DtmfPayloadType">Of telephone-event; −1 when the peer takes none.</param>
/// <param name="DtmfClockRate">Hz of its time stamp.</param>
/// <param name="Sends">False on hold.</param>
internal sealed record SendPlan(
    IAudioEncoder Encoder, int PayloadType, int ClockRate, int FrameSamples, int DtmfPayloadType, int DtmfClockRate, bool Sends)
{
    /// <summary>Of redundant audio in our packets; −1 when the peer takes none.</summary>
    public int RedundancyPayloadType { get; init; } = -1;

    /// <summary>How far sending may follow the network; null when it does not.</summary>
    public AdaptationLimits? Limits { get; init; }
}
