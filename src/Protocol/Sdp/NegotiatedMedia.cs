// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Protocol.Ice;

namespace Earshot.Protocol.Sdp;

/// <summary>A codec both sides speak.</summary>
/// <param name="Name">As we spell it.</param>
/// <param name="ClockRate">Hz of the RTP time stamp.</param>
/// <param name="Channels">As in the rtpmap.</param>
/// <param name="SendPayloadType">The number in the peer's description: what we put into packets.</param>
/// <param name="ReceivePayloadType">The number in our description: what packets from the peer carry.</param>
/// <param name="RemoteFormat">The peer's fmtp: what it wishes to receive; empty for none.</param>
/// <param name="LocalFormat">Our fmtp; empty for none.</param>
internal sealed record NegotiatedCodec(
    string Name, int ClockRate, int Channels, int SendPayloadType, int ReceivePayloadType, FormatParameters RemoteFormat, FormatParameters LocalFormat);

/// <summary>SRTP as agreed: one suite, a key for each way.</summary>
/// <param name="Suite">The name of RFC 4568, 6188 or 7714.</param>
/// <param name="LocalKey">Master key and salt we send with, base64.</param>
/// <param name="RemoteKey">Master key and salt the peer sends with, base64; its length fits the suite.</param>
/// <param name="RemoteMki">The master key identifier in the peer's packets, when <paramref name="RemoteMkiLength"/> is not 0.</param>
/// <param name="RemoteMkiLength">Bytes of it in each of the peer's packets; ours carry none.</param>
/// <param name="RemoteLifetime">Packets the peer's key lasts for; 0 when it does not say.</param>
internal sealed record NegotiatedCrypto(
    string Suite, string LocalKey, string RemoteKey, UInt128 RemoteMki, int RemoteMkiLength, ulong RemoteLifetime);

/// <summary>What an offer and its answer agreed upon for the one audio stream. Immutable.</summary>
internal sealed record NegotiatedMedia
{
    /// <summary>The codec to send with: the first of <see cref="Codecs"/>.</summary>
    public NegotiatedCodec Codec => Codecs[0];

    /// <summary>All that the peer may send, in order of preference, without telephone-event.</summary>
    public required IReadOnlyList<NegotiatedCodec> Codecs { get; init; }

    /// <summary>telephone-event (RFC 4733), at the codec's clock rate when the peer has that; null when it takes none.</summary>
    public NegotiatedCodec? TelephoneEvent { get; init; }

    /// <summary>Comfort noise in the pauses of <see cref="Codec"/> (RFC 3389); null when either side takes none.</summary>
    public NegotiatedCodec? ComfortNoise { get; init; }

    /// <summary>Redundant audio around <see cref="Codec"/> (RFC 2198); null when either side takes none.</summary>
    public NegotiatedCodec? Redundancy { get; init; }

    /// <summary>Where RTP goes. On an old-style hold the address is a wildcard, and <see cref="Direction"/> says not to send.</summary>
    public required IPEndPoint RemoteRtp { get; init; }

    /// <summary>Where RTCP goes; equal to <see cref="RemoteRtp"/> with <see cref="RtcpMux"/>.</summary>
    public required IPEndPoint RemoteRtcp { get; init; }

    /// <summary>RTCP shares the RTP port (RFC 5761).</summary>
    public bool RtcpMux { get; init; }

    /// <summary>What we may do.</summary>
    public MediaDirection Direction { get; init; }

    /// <summary>The peer asked us to wait: it does not wish to receive what we send.</summary>
    public bool HeldByRemote { get; init; }

    /// <summary>Milliseconds in a packet that we send: the peer's wish, else ours, never over the peer's maxptime.</summary>
    public double PacketTime { get; init; }

    /// <summary>What the peer wishes to be told by extended reports.</summary>
    public ExtendedReports ExtendedReports { get; init; } = ExtendedReports.Unasked;

    /// <summary>The peer's transport is one with feedback, <c>RTP/AVPF</c> or <c>RTP/SAVPF</c> (RFC 4585, RFC 5124): reports may come as soon as bandwidth lets them.</summary>
    public bool HasFeedback => RemoteAudio.Protocol.EndsWith("AVPF"u8);

    /// <summary>Keys of the description; null when they come by <see cref="Dtls"/>, or media is clear.</summary>
    public NegotiatedCrypto? Crypto { get; init; }

    /// <summary>Whose certificate counts and who begins, when the keys come by DTLS; else null.</summary>
    public DtlsAgreement? Dtls { get; init; }

    /// <summary>Both sides' ICE; null where one has none: media goes to <see cref="RemoteRtp"/> then.</summary>
    public IceAgreement? Ice { get; init; }

    /// <summary>True when no packet may travel in clear.</summary>
    public bool IsEncrypted => Crypto is not null || Dtls is not null;

    /// <summary>The peer's whole description, for those who read ICE and other attributes.</summary>
    public required SessionDescription Remote { get; init; }

    /// <summary>The peer's audio stream in it.</summary>
    public required MediaDescription RemoteAudio { get; init; }
}
