// SPDX-License-Identifier: MIT
using Earshot.Media;

namespace Earshot;

/// <summary>A step in the life of a call.</summary>
/// <param name="At">Since the call began.</param>
public abstract record CallEvent(TimeSpan At);

/// <summary>The other phone rings (180) or tells of progress (181 to 183).</summary>
/// <param name="At">Since the call began.</param>
/// <param name="SipStatus">The provisional status.</param>
/// <param name="EarlyMedia">True when the other side can already be heard.</param>
public sealed record CallRinging(TimeSpan At, int SipStatus, bool EarlyMedia) : CallEvent(At);

/// <summary>Both sides talk.</summary>
/// <param name="At">Since the call began: the set-up time.</param>
/// <param name="Session">What was agreed.</param>
public sealed record CallConnected(TimeSpan At, CallSession Session) : CallEvent(At);

/// <summary>The first sound of the other side was played.</summary>
/// <param name="At">Since the call began.</param>
public sealed record CallHeard(TimeSpan At) : CallEvent(At);

/// <summary>The session changed: hold, resume, another codec.</summary>
/// <param name="At">Since the call began.</param>
/// <param name="Session">What holds from now on.</param>
public sealed record CallChanged(TimeSpan At, CallSession Session) : CallEvent(At);

/// <summary>A change that we asked for was refused; the call goes on as it was.</summary>
/// <param name="At">Since the call began.</param>
/// <param name="SipStatus">The status of the refusal.</param>
/// <param name="Message">One line for a person.</param>
public sealed record CallChangeRefused(TimeSpan At, int SipStatus, string Message) : CallEvent(At);

/// <summary>The other side pressed a key.</summary>
/// <param name="At">Since the call began.</param>
/// <param name="Digit"><c>0</c>–<c>9</c>, <c>*</c>, <c>#</c>, <c>A</c>–<c>D</c>.</param>
public sealed record CallDigit(TimeSpan At, char Digit) : CallEvent(At);

/// <summary>Something that the user should know and that does not end the call.</summary>
/// <param name="At">Since the call began.</param>
/// <param name="Code">A word for programs, e.g. <c>security-refusal</c>.</param>
/// <param name="Message">One line for a person.</param>
public sealed record CallNotice(TimeSpan At, string Code, string Message) : CallEvent(At);

/// <summary>The other side's certificate is proven, and what two people can compare is known; told again when they have, and when the certificate is another one.</summary>
/// <param name="At">Since the call began.</param>
/// <param name="Peer">The authentication string, and whether it was confirmed.</param>
public sealed record CallVerification(TimeSpan At, PeerVerification Peer) : CallEvent(At);

/// <summary>The call is over; the last event of every call.</summary>
/// <param name="At">Since the call began.</param>
/// <param name="End">How.</param>
/// <param name="Talked">From the answer to the end; zero when nobody answered.</param>
/// <param name="Statistics">The final counters; null when no media was set up.</param>
public sealed record CallEnded(TimeSpan At, CallEnd End, TimeSpan Talked, MediaStatistics? Statistics) : CallEvent(At);

/// <summary>What two phones agreed on.</summary>
/// <param name="Codec">As in the session description, lower case: <c>opus</c>.</param>
/// <param name="SampleRate">Hz of the codec's sound.</param>
/// <param name="PacketTime">Sound in a packet that we send.</param>
/// <param name="KeyExchange"><c>dtls</c>, <c>sdes</c>, or <c>none</c> for clear media.</param>
/// <param name="SrtpProfile">The crypto suite; null when media is clear.</param>
/// <param name="SignallingProtected">False when whoever carries the signalling can read it, and with SDES the keys; who can change it can, with DTLS, sit between the two phones.</param>
/// <param name="Local">Where media is received, <c>address:port</c>.</param>
/// <param name="Remote">Where media is sent, <c>address:port</c>; null while unknown.</param>
/// <param name="OnHold">We hold the other side.</param>
/// <param name="HeldByPeer">The other side holds us.</param>
public sealed record CallSession(
    string Codec,
    int SampleRate,
    TimeSpan PacketTime,
    string KeyExchange,
    string? SrtpProfile,
    bool SignallingProtected,
    string Local,
    string? Remote,
    bool OnHold,
    bool HeldByPeer)
{
    /// <summary>What a person should believe of the encryption, one line.</summary>
    public string SecurityText => KeyExchange switch
    {
        "dtls" when PeerConfirmed => "media encrypted end to end, keys agreed between the phones; verified: the certificate that you confirmed",
        "dtls" when SignallingProtected => "media encrypted end to end, keys agreed between the phones; unverified",
        "dtls" => "media encrypted end to end, keys agreed between the phones; unverified, and who can change the clear signalling can sit in between",
        "sdes" when SignallingProtected => "media encrypted, keys readable by the servers that carry the signalling",
        "sdes" => "media encrypted, keys readable on the signalling path",
        _ => "media in clear: anybody on the path can listen",
    };

    /// <summary>A person has compared the authentication string with this contact, and the certificate is the one of then.</summary>
    public bool PeerConfirmed { get; init; }

    /// <summary>How ICE found the other side: <c>host</c> (its own address), <c>srflx</c> or <c>prflx</c> (through a NAT), <c>relay</c>; <c>off</c> without ICE.</summary>
    public string Ice { get; init; } = "off";

    /// <summary>SHA-256 of the certificate that the other side proved to own, as a session description writes it; null without DTLS.</summary>
    public string? PeerFingerprint { get; init; }
}
