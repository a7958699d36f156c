// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>Reads the peer's half of a DTLS negotiation, or says in one line why no encrypted call can come of it.</summary>
internal static class DtlsReading
{
    /// <summary>Reads an offered stream.</summary>
    /// <returns>Null when it can be answered.</returns>
    public static NegotiationResult? FromOffer(SessionDescription offer, MediaDescription audio, out DtlsDescription? peer)
    {
        peer = null;
        if (DtlsDescription.IsAskedFor(offer, audio)) return Usable(offer, audio, isOffer: true, out peer);
        return MediaProfiles.Of(audio.Protocol) == MediaProfile.Secure || audio.HasAttribute("crypto"u8)
            ? NegotiationResult.Refused(NegotiationFailure.NoCommonCrypto, "the peer offers encryption with other keys than by DTLS, and this call takes no other")
            : NegotiationResult.Refused(NegotiationFailure.EncryptionRequired, "the peer offers clear media, and this call must be encrypted");
    }

    /// <summary>Reads an answered stream. Some phones answer with another name of the transport than was offered; a fingerprint says the same.</summary>
    /// <returns>Null when it can be used.</returns>
    public static NegotiationResult? FromAnswer(SessionDescription answer, MediaDescription audio, out DtlsDescription? peer)
    {
        peer = null;
        if (DtlsDescription.IsAskedFor(answer, audio)) return Usable(answer, audio, isOffer: false, out peer);
        return MediaProfiles.Of(audio.Protocol) == MediaProfile.Secure
            ? NegotiationResult.Refused(NegotiationFailure.NoCommonCrypto, "the peer answers with other keys than by DTLS, which was offered")
            : NegotiationResult.Refused(NegotiationFailure.EncryptionRequired, "the peer answers with clear media, and this call must be encrypted");
    }

    private static NegotiationResult? Usable(SessionDescription session, MediaDescription audio, bool isOffer, out DtlsDescription? peer) =>
        DtlsDescription.Read(session, audio, isOffer, out peer) switch
        {
            DtlsProblem.None => null,
            DtlsProblem.NoFingerprint => Refused("the peer names no fingerprint of its certificate: anybody could be it"),
            DtlsProblem.WeakFingerprint => Refused("the peer's fingerprint is broken, or of a hash function that proves too little: SHA-256 at least is needed"),
            _ => Refused("the peer does not say who begins the DTLS handshake (a=setup)"),
        };

    private static NegotiationResult Refused(string reason) => NegotiationResult.Refused(NegotiationFailure.NoCommonCrypto, reason);
}
