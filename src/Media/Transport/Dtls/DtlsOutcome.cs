// SPDX-License-Identifier: MIT
namespace Earshot.Media.Transport.Dtls;

/// <summary>Why a DTLS association ended, or never stood.</summary>
internal enum DtlsFailure
{
    /// <summary>It stands.</summary>
    None,

    /// <summary>Nothing that begins a handshake came from the peer.</summary>
    PeerSilent,

    /// <summary>The handshake began and did not end in time.</summary>
    TimedOut,

    /// <summary>The peer showed another certificate than the one that signalling described.</summary>
    FingerprintMismatch,

    /// <summary>The peer showed the certificate that signalling described, and a person has confirmed another one.</summary>
    OtherThanConfirmed,

    /// <summary>The peer showed no certificate.</summary>
    NoCertificate,

    /// <summary>The peer does not agree upon keys for SRTP, or upon none of our profiles.</summary>
    NoCommonProfile,

    /// <summary>No cipher suite or version that both speak.</summary>
    NoCommonCipher,

    /// <summary>What came is no handshake, or breaks its rules.</summary>
    Malformed,

    /// <summary>More, or larger messages, than any handshake needs.</summary>
    Oversized,

    /// <summary>The peer ended it by an alert.</summary>
    PeerAlert,

    /// <summary>The peer said goodbye (close_notify).</summary>
    PeerClosed,

    /// <summary>We ended it.</summary>
    Cancelled,

    /// <summary>As many handshakes run and wait as this process allows.</summary>
    Overloaded,

    /// <summary>A defect of ours.</summary>
    Internal,
}

/// <summary>How an association ended.</summary>
/// <param name="Failure">Why.</param>
/// <param name="Alert">The number of the alert that said so (RFC 5246 §7.2); −1 for none.</param>
internal sealed record DtlsOutcome(DtlsFailure Failure, int Alert = -1)
{
    /// <summary>The sentence of <see cref="DtlsFailure.FingerprintMismatch"/>, by which the other side knows it, too: it is the reason of a BYE.</summary>
    public const string Mismatch = "the other side showed another certificate than its signalling announced: somebody may be between you, the call is ended";

    /// <summary>The exception of <see cref="DtlsFailure.Internal"/>, for those who mend it.</summary>
    public Exception? Defect { get; init; }

    /// <summary>One line for people.</summary>
    public string Sentence => Failure switch
    {
        DtlsFailure.None => "the keys are agreed",
        DtlsFailure.PeerSilent => "the other side never began to agree on keys: its media does not reach this one, or it speaks no DTLS",
        DtlsFailure.TimedOut => "agreeing on keys took too long: the network loses most of what is sent",
        DtlsFailure.FingerprintMismatch => Mismatch,
        DtlsFailure.OtherThanConfirmed => "the other side shows another certificate than the one you confirmed: somebody is between you, or it is another phone or a new installation",
        DtlsFailure.NoCertificate => "the other side showed no certificate, so nobody knows who it is",
        DtlsFailure.NoCommonProfile => "the other side speaks no SRTP encryption that is allowed here",
        DtlsFailure.NoCommonCipher => "the other side speaks no version or cipher of DTLS that is allowed here",
        DtlsFailure.Malformed => "the other side broke the rules of DTLS while agreeing on keys",
        DtlsFailure.Oversized => "the other side sent far more than agreeing on keys needs",
        DtlsFailure.PeerAlert => $"the other side refused to agree on keys ({AlertName(Alert)})",
        DtlsFailure.PeerClosed => "the other side closed the encrypted connection",
        DtlsFailure.Cancelled => "agreeing on keys was cancelled",
        DtlsFailure.Overloaded => "too many calls agree on keys at this moment: try again",
        _ => "a defect of this program ended agreeing on keys",
    };

    /// <summary>An alert's name as its standard writes it.</summary>
    public static string AlertName(int alert) => alert switch
    {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        40 => "handshake_failure",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        90 => "user_canceled",
        109 => "missing_extension",
        110 => "unsupported_extension",
        _ => $"alert {alert}",
    };
}
