// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>Why an offer and its answer ask for another DTLS association than the one that stands (RFC 8842 §4).</summary>
[Flags]
internal enum DtlsChanges
{
    /// <summary>They do not: what stands goes on.</summary>
    None = 0,

    /// <summary>It is the call's first.</summary>
    First = 1,

    /// <summary>Client and server changed places.</summary>
    Role = 2,

    /// <summary>Our certificate changed.</summary>
    OurFingerprint = 4,

    /// <summary>The peer's certificate changed.</summary>
    PeerFingerprint = 8,

    /// <summary>Either side named another association.</summary>
    TlsId = 16,
}

/// <summary>What both sides agreed about DTLS. Immutable.</summary>
/// <param name="IsClient">We send the ClientHello.</param>
/// <param name="Ours">Our fingerprints, as described.</param>
/// <param name="Peer">The only certificates that the peer may show.</param>
/// <param name="OurTlsId">Our name for the association; null when we wrote none.</param>
/// <param name="PeerTlsId">The peer's name for it; null when it wrote none.</param>
/// <param name="PeerFragment">The peer's ICE user name fragment; null without ICE.</param>
internal sealed record DtlsAgreement(
    bool IsClient, FingerprintSet Ours, FingerprintSet Peer, string? OurTlsId, string? PeerTlsId, string? PeerFragment)
{
    /// <summary>Counts the call's associations from 1: another number needs another handshake.</summary>
    public int Association { get; init; }

    /// <summary>Why this agreement needs a handshake; none when it needs none.</summary>
    public DtlsChanges Changes { get; init; }

    /// <summary>The peer restarted ICE. That alone keeps the association (RFC 8842 §4; browsers, which write no tls-id, do the same).</summary>
    public bool IceRestarted { get; init; }

    /// <summary>True when a handshake is due.</summary>
    public bool IsNew => Changes != DtlsChanges.None;

    /// <summary>This agreement behind the one before it.</summary>
    public DtlsAgreement Following(DtlsAgreement? before)
    {
        var changes = before is null ? DtlsChanges.First : ChangesFrom(before);
        return this with
        {
            Changes = changes,
            Association = (before?.Association ?? 0) + (changes == DtlsChanges.None ? 0 : 1),
            IceRestarted = before?.PeerFragment is not null && PeerFragment != before.PeerFragment,
        };
    }

    // A name that is missing on either side says nothing: peers that know no tls-id ask for another association by another fingerprint.
    private DtlsChanges ChangesFrom(DtlsAgreement before)
    {
        bool named = OurTlsId is not null && PeerTlsId is not null && before.OurTlsId is not null && before.PeerTlsId is not null;
        return (IsClient != before.IsClient ? DtlsChanges.Role : 0)
            | (Ours.Equals(before.Ours) ? 0 : DtlsChanges.OurFingerprint)
            | (Peer.Equals(before.Peer) ? 0 : DtlsChanges.PeerFingerprint)
            | (named && (OurTlsId != before.OurTlsId || PeerTlsId != before.PeerTlsId) ? DtlsChanges.TlsId : 0);
    }
}
