// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media;

/// <summary>What happens in a call's media.</summary>
internal enum MediaEventKind
{
    /// <summary>The first packet of the peer that was authenticated (with security none: accepted).</summary>
    FirstPacketReceived,

    /// <summary>The first decoded sound of the peer was given to the speaker.</summary>
    FirstAudioPlayed,

    /// <summary>Neither RTP nor RTCP came for the session's silence timeout.</summary>
    Silence,

    /// <summary>The peer is heard again after <see cref="Silence"/>.</summary>
    Resumed,

    /// <summary>The peer pressed a key; <see cref="MediaEvent.Digit"/> says which.</summary>
    DtmfReceived,

    /// <summary>The peer's RTCP said goodbye.</summary>
    RemoteRtcpBye,

    /// <summary>Packets of the peer fail authentication or come in clear: none was played. Told once, and again after 10 s if it goes on.</summary>
    SecurityRefusal,

    /// <summary>Media of the peer now comes from, and goes to, another address.</summary>
    RemoteAddressChanged,

    /// <summary>The DTLS handshake has proven the peer's certificate: encrypted media flows from now on.</summary>
    KeysAgreed,

    /// <summary>No keys could be agreed; <see cref="MediaSession.KeyFailure"/> says why. Nothing was sent or played.</summary>
    KeysFailed,

    /// <summary>ICE found a way to the peer: the first, or one again after there was none.</summary>
    PathFound,

    /// <summary>The way to the peer fell silent, or is another than the one agreed on: a restart of ICE would help.</summary>
    PathDoubtful,

    /// <summary>ICE found no way to the peer, or the last one has been silent for 30 s, or its relay is gone and there is no other.</summary>
    PathFailed,

    /// <summary>This machine has other addresses than before, and this call other sockets: ICE is to be restarted.</summary>
    NetworkChanged,

    /// <summary>A server has said something, or nobody is waited for any more: a peer that takes candidates later is to be told.</summary>
    CandidatesFound,

    /// <summary>A STUN server or relay that was named is not there, or not any more: <see cref="MediaSession.TryTakeServerEnd"/> says why.</summary>
    ServerEnded,

    /// <summary>A defect of ours ended this call's media; the other calls go on.</summary>
    Failed,
}

/// <summary>One thing that happened in a call's media.</summary>
/// <param name="Kind">What.</param>
/// <param name="At">When, on the engine's monotonic line.</param>
/// <param name="Digit">The key of <see cref="MediaEventKind.DtmfReceived"/>, else NUL.</param>
/// <param name="Since">For <see cref="MediaEventKind.Silence"/>: when the peer was last heard.</param>
internal readonly record struct MediaEvent(MediaEventKind Kind, Instant At, char Digit = '\0', Instant Since = default);
