// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>Why an offer or answer was not accepted.</summary>
internal enum NegotiationFailure
{
    /// <summary>It was accepted.</summary>
    None,

    /// <summary>Not a session description, or one that breaks RFC 3264.</summary>
    Malformed,

    /// <summary>No audio stream, or only one with port 0.</summary>
    NoAudio,

    /// <summary>No codec that both sides speak.</summary>
    NoCommonCodec,

    /// <summary>The other side is clear, and this side's policy, or our own encrypted offer, forbids that.</summary>
    EncryptionRequired,

    /// <summary>The other side encrypts with suites or parameters that we do not speak, or we have no keys.</summary>
    NoCommonCrypto,

    /// <summary>A transport that we do not speak, e.g. <c>UDP/TLS/RTP/SAVPF</c>.</summary>
    UnsupportedProfile,

    /// <summary>The address is a name, or of no kind that we know.</summary>
    UnsupportedAddress,

    /// <summary>An offer while ours is open (RFC 3261 §14.2).</summary>
    Glare,

    /// <summary>An offer while the peer's last one waits for our answer.</summary>
    OfferPending,

    /// <summary>An answer that nothing was offered for.</summary>
    UnexpectedAnswer,
}

/// <summary>The outcome of an offer or answer.</summary>
/// <param name="Failure">None when accepted.</param>
/// <param name="Sdp">The answer to send, when an offer was answered; else empty.</param>
/// <param name="Media">What was agreed, when accepted.</param>
/// <param name="Reason">One line for people; empty when accepted.</param>
internal readonly record struct NegotiationResult(NegotiationFailure Failure, ReadOnlyMemory<byte> Sdp, NegotiatedMedia? Media, string Reason)
{
    /// <summary>True when accepted.</summary>
    public bool Accepted => Failure == NegotiationFailure.None;

    /// <summary>The SIP status that refuses an offer for this reason; 0 when accepted.</summary>
    public int SipStatus => Failure switch
    {
        NegotiationFailure.None => 0,
        NegotiationFailure.Malformed => 400,
        NegotiationFailure.Glare => 491,
        NegotiationFailure.OfferPending => 500,
        NegotiationFailure.UnexpectedAnswer => 400,
        _ => 488,
    };

    /// <summary>An outcome without agreement.</summary>
    public static NegotiationResult Refused(NegotiationFailure failure, string reason) => new(failure, default, null, reason);
}
