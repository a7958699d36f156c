// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sdp;

namespace Earshot.Media;

/// <summary>The outcome of an offer or answer.</summary>
/// <param name="Failure">Why not; <see cref="NegotiationFailure.None"/> when accepted.</param>
/// <param name="Answer">The answer's bytes when an offer was accepted, else empty.</param>
/// <param name="Media">What was agreed, when accepted.</param>
/// <param name="SipStatus">The SIP status that refuses the peer's offer, e.g. 488; 0 when accepted.</param>
/// <param name="Reason">One line for people; empty when accepted.</param>
internal sealed record MediaNegotiationResult(
    NegotiationFailure Failure, ReadOnlyMemory<byte> Answer, MediaFacts? Media, int SipStatus, string Reason)
{
    /// <summary>True when accepted.</summary>
    public bool Accepted => Failure == NegotiationFailure.None;
}
