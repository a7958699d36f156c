// SPDX-License-Identifier: MIT
namespace Earshot.Media.Receive;

/// <summary>What was agreed about receiving. An immutable snapshot that travels from negotiation to the worker.</summary>
/// <param name="PayloadTypes">Payload types of sound that the peer may send, as a set of bits.</param>
/// <param name="DtmfPayloadType">Of telephone-event in the peer's packets; −1 for none.</param>
/// <param name="ClockRate">Hz of the RTP time stamp, for the jitter figure.</param>
/// <param name="Receives">False on hold: nothing is played.</param>
/// <param name="ExpectsMedia">True when a peer that falls silent is news.</param>
internal sealed record ReceivePlan(UInt128 PayloadTypes, int DtmfPayloadType, int ClockRate, bool Receives, bool ExpectsMedia)
{
    /// <summary>Of redundant audio in the peer's packets; −1 for none.</summary>
    public int RedundancyPayloadType { get; init; } = -1;

    /// <summary>True for a payload type of sound, redundant or not.</summary>
    public bool IsSound(int payloadType) => payloadType == RedundancyPayloadType || IsPlain(payloadType);

    /// <summary>True for a payload type of one frame of sound.</summary>
    public bool IsPlain(int payloadType) => ((PayloadTypes >> payloadType) & 1) != 0;
}
