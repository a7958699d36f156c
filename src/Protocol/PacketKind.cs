// SPDX-License-Identifier: MIT
namespace Earshot.Protocol;

/// <summary>What a datagram on a media port is.</summary>
internal enum PacketKind
{
    /// <summary>Empty, or a first byte that nobody claims.</summary>
    Unknown,

    /// <summary>STUN (RFC 8489).</summary>
    Stun,

    /// <summary>ZRTP (RFC 6189).</summary>
    Zrtp,

    /// <summary>DTLS (RFC 6347, RFC 9147).</summary>
    Dtls,

    /// <summary>TURN channel data (RFC 8656).</summary>
    TurnChannel,

    /// <summary>RTP or SRTP.</summary>
    Rtp,

    /// <summary>RTCP or SRTCP.</summary>
    Rtcp,
}

/// <summary>Tells the protocols on one port apart by the first byte (RFC 7983 §7), RTP from RTCP by the second (RFC 5761 §4).</summary>
/// <remarks>
/// <code>
///    0..3  STUN     16..19 ZRTP     20..63 DTLS     64..79 TURN channel     128..191 RTP, RTCP
/// </code>
/// </remarks>
internal static class PacketKinds
{
    /// <summary>The kind of a datagram; nothing behind its second byte is looked at.</summary>
    public static PacketKind Classify(ReadOnlySpan<byte> datagram)
    {
        if (datagram.IsEmpty)
            return PacketKind.Unknown;
        return datagram[0] switch
        {
            <= 3 => PacketKind.Stun,
            >= 16 and <= 19 => PacketKind.Zrtp,
            >= 20 and <= 63 => PacketKind.Dtls,
            >= 64 and <= 79 => PacketKind.TurnChannel,
            >= 128 and <= 191 => RtpOrRtcp(datagram),
            _ => PacketKind.Unknown,
        };
    }

    // RTCP's packet types 192..223 are RTP's payload types 64..95 with the marker: those are not used with multiplexing.
    private static PacketKind RtpOrRtcp(ReadOnlySpan<byte> datagram) =>
        datagram.Length < 2 ? PacketKind.Unknown
        : datagram[1] is >= 192 and <= 223 ? PacketKind.Rtcp
        : PacketKind.Rtp;
}
