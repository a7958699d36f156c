// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sdp;

/// <summary>Why a description cannot lead to a DTLS association.</summary>
internal enum DtlsProblem
{
    /// <summary>It can.</summary>
    None,

    /// <summary>No fingerprint: anybody could be the peer.</summary>
    NoFingerprint,

    /// <summary>Only fingerprints of hash functions that prove too little, or broken ones.</summary>
    WeakFingerprint,

    /// <summary>A setup attribute that nothing can be begun with: <c>holdconn</c>, an unknown one, or <c>actpass</c> in an answer.</summary>
    UnusableSetup,
}

/// <summary>What one side's description says about DTLS (RFC 5763 §5, RFC 8842 §5). Immutable.</summary>
/// <param name="Fingerprints">Of its certificates.</param>
/// <param name="Setup">Who begins.</param>
/// <param name="TlsId">The association's name; null when its writer does not name them.</param>
/// <param name="IceFragment">The ICE user name fragment; null without ICE.</param>
internal sealed record DtlsDescription(FingerprintSet Fingerprints, SetupRole Setup, string? TlsId, string? IceFragment)
{
    /// <summary>The transport that our offers name: with RTCP feedback, as browsers expect (RFC 8827 §6.5).</summary>
    public const string OfferedProfile = "UDP/TLS/RTP/SAVPF";

    /// <summary>Does an m= line ask for DTLS? By its transport, or, as older phones write it, by a fingerprint beside <c>RTP/SAVP(F)</c> (RFC 9429 §5.1.2).</summary>
    public static bool IsAskedFor(SessionDescription session, MediaDescription media) => MediaProfiles.Of(media.Protocol) switch
    {
        MediaProfile.Dtls => true,
        MediaProfile.Secure => !media.HasAttribute("crypto"u8) && (media.HasAttribute("fingerprint"u8) || session.HasAttribute("fingerprint"u8)),
        _ => false,
    };

    /// <summary>Reads a stream's attributes; those of the session stand in for missing ones.</summary>
    /// <param name="session">The description.</param>
    /// <param name="media">The stream in it.</param>
    /// <param name="isOffer">What is not said means <c>active</c> in an offer and <c>passive</c> in an answer (RFC 4145 §4).</param>
    /// <param name="description">What was read.</param>
    public static DtlsProblem Read(SessionDescription session, MediaDescription media, bool isOffer, out DtlsDescription? description)
    {
        description = null;
        var fingerprints = FingerprintSet.Read(session, media, out var hasAny);
        if (fingerprints.IsEmpty) return hasAny ? DtlsProblem.WeakFingerprint : DtlsProblem.NoFingerprint;
        var setup = isOffer ? SetupRole.Active : SetupRole.Passive;
        if (TryGet(session, media, "setup"u8, out var value) && !SetupRoles.TryParse(value, out setup)) return DtlsProblem.UnusableSetup;
        if (setup == SetupRole.HoldConnection || (!isOffer && setup == SetupRole.ActPass)) return DtlsProblem.UnusableSetup;
        var tlsId = media.TryGetAttribute("tls-id"u8, out value) && Sdp.TlsId.TryParse(value, out var name) ? name : null;
        var fragment = TryGet(session, media, "ice-ufrag"u8, out value) ? Encoding.ASCII.GetString(value) : null;
        description = new(fingerprints, setup, tlsId, fragment);
        return DtlsProblem.None;
    }

    /// <summary>The lines for our description, without <c>a=</c>; the ICE fragment is ICE's to write.</summary>
    public IReadOnlyList<string> ToAttributes()
    {
        List<string> lines = [.. Fingerprints.All.Select(one => one.ToAttribute()), Setup.ToAttribute()];
        if (TlsId is not null) lines.Add("tls-id:" + TlsId);
        return lines;
    }

    private static bool TryGet(SessionDescription session, MediaDescription media, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) =>
        media.TryGetAttribute(name, out value) || session.TryGetAttribute(name, out value);
}
