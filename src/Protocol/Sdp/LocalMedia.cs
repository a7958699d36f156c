// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Protocol.Ice;

namespace Earshot.Protocol.Sdp;

/// <summary>What SRTP a side insists on.</summary>
internal enum MediaSecurityPolicy
{
    /// <summary>SRTP with keys in the description (RFC 4568), or no call.</summary>
    Sdes,

    /// <summary>SRTP with keys by DTLS (RFC 5763), or no call.</summary>
    Dtls,

    /// <summary>Clear RTP is offered and accepted; an encrypted offer is answered encrypted when keys are supplied, else refused.</summary>
    None,
}

/// <summary>A codec, or telephone-event at one clock rate, as a description names it.</summary>
/// <param name="Name">The encoding name of the rtpmap; compared without case.</param>
/// <param name="ClockRate">Hz of the RTP time stamp (G722: 8000, RFC 3551 §4.5.2).</param>
/// <param name="Channels">As in the rtpmap (opus: always 2, RFC 7587 §7).</param>
/// <param name="PayloadType">The number wished for in an offer; kept when it is free.</param>
/// <param name="Format">Our fmtp parameters, or null for none.</param>
internal sealed record LocalCodec(string Name, int ClockRate, int Channels, int PayloadType, string? Format = null);

/// <summary>A suite that we speak, with the key we would send with.</summary>
/// <param name="Suite">The name of RFC 4568, 6188 or 7714, e.g. <c>AES_CM_128_HMAC_SHA1_80</c>.</param>
/// <param name="InlineKey">Master key and salt, base64. Drawn by the caller, a different one for each suite and call.</param>
internal sealed record LocalCrypto(string Suite, string InlineKey);

/// <summary>Whose order of codecs decides which is used.</summary>
internal enum CodecPreference
{
    /// <summary>The answerer takes the first codec of the offer that it speaks (RFC 3264 §6.1 recommends it).</summary>
    Theirs,

    /// <summary>The answerer takes the first of its own codecs that was offered.</summary>
    Ours,
}

/// <summary>What this side brings to an offer or an answer: one audio stream.</summary>
internal sealed record LocalMedia
{
    /// <summary>Codecs in order of preference, telephone-event among them.</summary>
    public required IReadOnlyList<LocalCodec> Codecs { get; init; }

    /// <summary>Where RTP is received; an address that the peer can reach, never a wildcard.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>The RTP port.</summary>
    public required int Port { get; init; }

    /// <summary>The RTCP port when it is not multiplexed; 0 for RTP + 1.</summary>
    public int RtcpPort { get; init; }

    /// <summary>RTCP on the RTP port (RFC 5761) is offered and accepted.</summary>
    public bool RtcpMux { get; init; } = true;

    /// <summary>Extended reports (RFC 3611) are asked for in an offer, and in the answer to an offer that speaks of them.</summary>
    public bool ExtendedReports { get; init; }

    /// <summary>What we are willing to do; sendonly or inactive to hold.</summary>
    public MediaDirection Direction { get; init; } = MediaDirection.SendReceive;

    /// <summary>Milliseconds in a packet that we would like to receive, and send unless the peer wishes otherwise.</summary>
    public double PacketTime { get; init; } = 20;

    /// <summary>Most milliseconds in a packet that we can receive; 0 says nothing about it.</summary>
    public double MaxPacketTime { get; init; }

    /// <summary>Suites in order of preference, each with its key.</summary>
    public IReadOnlyList<LocalCrypto> Crypto { get; init; } = [];

    /// <summary>The call's DTLS negotiation; without one no DTLS is offered or taken.</summary>
    public DtlsNegotiation? Dtls { get; init; }

    /// <summary>The call's ICE negotiation; without one no ICE is offered or taken.</summary>
    public IceNegotiation? Ice { get; init; }

    /// <summary>Whether clear media is acceptable.</summary>
    public MediaSecurityPolicy Security { get; init; } = MediaSecurityPolicy.Sdes;

    /// <summary>Whose codec order decides when we answer.</summary>
    public CodecPreference Preference { get; init; } = CodecPreference.Theirs;

    /// <summary>Answer with the chosen codec alone (and telephone-event), so that nobody changes in mid-stream.</summary>
    public bool AnswerOneCodec { get; init; } = true;

    /// <summary>Attributes written below the session part, without <c>a=</c>, e.g. <c>ice-lite</c>.</summary>
    public IReadOnlyList<string> SessionAttributes { get; init; } = [];

    /// <summary>Attributes written below the audio stream, without <c>a=</c>, e.g. <c>candidate:…</c>.</summary>
    public IReadOnlyList<string> MediaAttributes { get; init; } = [];
}
