// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using Earshot.Protocol.Sdp;
using Earshot.Protocol.Srtp;
using Org.BouncyCastle.Tls;

namespace Earshot.Media.Transport.Dtls;

/// <summary>What client and server decide alike in one handshake: suites, SRTP profile, the peer's certificate, the keys.</summary>
/// <remarks>Thread: the handshake's.</remarks>
internal sealed class DtlsAttempt(DtlsTerms terms)
{
    // Ours is an ECDSA certificate; as client we take a peer's RSA one, too.
    private static readonly int[] ServerSuites =
    [
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    ];

    private static readonly int[] ClientSuites =
    [
        .. ServerSuites,
        CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    ];

    private SrtpProfile? _profile;
    private Fingerprint? _shown;

    /// <summary>What was agreed upon beforehand.</summary>
    public DtlsTerms Terms => terms;

    /// <summary>Why we ended it; none while we did not.</summary>
    public DtlsFailure Failure { get; private set; }

    /// <summary>The keys, once both sides proved themselves.</summary>
    public DtlsKeys? Keys { get; private set; }

    /// <summary>DTLS 1.2 alone: 1.3 is not in the library, and fails when it is named.</summary>
    public static ProtocolVersion[] Versions => ProtocolVersion.DTLSv12.Only();

    /// <summary>Forward secret and authenticated ones.</summary>
    public int[] Suites => TlsUtilities.GetSupportedCipherSuites(DtlsIdentity.Crypto, terms.IsClient ? ClientSuites : ServerSuites);

    /// <summary>Our list for a ClientHello (RFC 5764 §4.1.1), without a master key identifier.</summary>
    public UseSrtpData OfferProfiles() => new([.. terms.Profiles.Select(DtlsProfiles.NumberOf)], null);

    /// <summary>Takes a ClientHello's list, and gives the answer's.</summary>
    public UseSrtpData AnswerProfiles(UseSrtpData? offered)
    {
        _profile = offered is null ? null : DtlsProfiles.Choose(terms.Profiles, offered.ProtectionProfiles);
        return _profile is null ? throw Fail(DtlsFailure.NoCommonProfile, AlertDescription.handshake_failure) : new([DtlsProfiles.NumberOf(_profile)], null);
    }

    /// <summary>Takes a ServerHello's choice: one of ours, no identifier that we did not name.</summary>
    public void TakeProfile(UseSrtpData? answered)
    {
        bool isOne = answered is { ProtectionProfiles.Length: 1, Mki.Length: 0 };
        _profile = isOne ? DtlsProfiles.Choose(terms.Profiles, answered!.ProtectionProfiles) : null;
        if (_profile is null)
            throw Fail(DtlsFailure.NoCommonProfile, AlertDescription.handshake_failure);
    }

    /// <summary>Compares what the peer shows with what its signalling described: before anything of it is believed.</summary>
    public void CheckCertificate(Certificate? chain)
    {
        if (chain is null || chain.IsEmpty)
            throw Fail(DtlsFailure.NoCertificate, terms.IsClient ? AlertDescription.bad_certificate : AlertDescription.handshake_failure);
        byte[] certificate = chain.GetCertificateAt(0).GetEncoded();
        if (!terms.Peer.Matches(certificate))
            throw Fail(DtlsFailure.FingerprintMismatch, AlertDescription.bad_certificate);
        var shown = Fingerprint.Of(certificate);
        if (terms.Confirmed is { } confirmed && confirmed != shown)
            throw Fail(DtlsFailure.OtherThanConfirmed, AlertDescription.bad_certificate);
        _shown = shown;
    }

    /// <summary>Exports the keys. Inside the library's notice that the handshake is complete: a moment later it erases what they come from.</summary>
    public void TakeKeys(TlsContext context)
    {
        if (_profile is not { } profile || _shown is not { } shown)
            throw Fail(DtlsFailure.NoCertificate, AlertDescription.internal_error);
        byte[] exported = context.ExportKeyingMaterial(ExporterLabel.dtls_srtp, null, DtlsKeys.ExportedLength(profile));
        Keys = new DtlsKeys(terms.Epoch, profile, terms.IsClient, exported, shown);
        CryptographicOperations.ZeroMemory(exported);
    }

    private TlsFatalAlert Fail(DtlsFailure failure, short alert)
    {
        Failure = failure;
        return new(alert);
    }
}
