// SPDX-License-Identifier: MIT
namespace Earshot.Media;

/// <summary>Why a session description was not accepted.</summary>
internal enum MediaNegotiationFailure
{
    /// <summary>It was accepted.</summary>
    None,

    /// <summary>The bytes are no session description, or one that RFC 3264 does not allow here.</summary>
    Malformed,

    /// <summary>No audio stream, or no codec in common.</summary>
    NoCommonCodec,

    /// <summary>The peer offers or answers clear media, and this call must be encrypted.</summary>
    EncryptionRequired,

    /// <summary>The peer wants encryption of a kind that is not spoken here.</summary>
    NoCommonEncryption,

    /// <summary>The peer refused the audio stream (port 0).</summary>
    Refused,

    /// <summary>An offer or answer that does not fit the state (RFC 3264 §4).</summary>
    WrongState,
}

/// <summary>The outcome of an offer or answer.</summary>
/// <param name="Failure">Why not; <see cref="MediaNegotiationFailure.None"/> when accepted.</param>
/// <param name="Answer">The answer's bytes when an offer was accepted, else empty.</param>
/// <param name="Media">What was agreed, when accepted.</param>
/// <param name="SipStatus">The SIP status that refuses the peer's offer, e.g. 488; 0 when accepted.</param>
/// <param name="Reason">One line for people; empty when accepted.</param>
internal sealed record MediaNegotiationResult(
    MediaNegotiationFailure Failure, ReadOnlyMemory<byte> Answer, MediaFacts? Media, int SipStatus, string Reason)
{
    /// <summary>True when accepted.</summary>
    public bool Accepted => Failure == MediaNegotiationFailure.None;
}
