// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Net;

namespace Earshot.Lab.Replay;

/// <summary>Finds the UDP datagram in a captured frame: Ethernet with VLAN tags, Linux cooked, loopback or bare IP; IPv4 or IPv6.</summary>
internal static class UdpFrames
{
    private const int Ipv4 = 0x0800;
    private const int Ipv6 = 0x86dd;
    private const int Udp = 17;

    /// <summary>True for a kind of frame that is read here.</summary>
    public static bool Knows(int linkType) => linkType is 0 or 1 or 12 or 14 or 101 or 108 or 113 or 228 or 229 or 276;

    /// <summary>Looks into a frame.</summary>
    /// <returns>False for everything but a whole, unfragmented UDP datagram.</returns>
    public static bool TryParse(int linkType, ReadOnlySpan<byte> frame, out IPEndPoint from, out IPEndPoint to, out ReadOnlySpan<byte> payload)
    {
        from = to = null!;
        payload = default;
        return TryFindPacket(linkType, frame, out var packet) && !packet.IsEmpty && (packet[0] >> 4) switch
        {
            4 => TryV4(packet, out from, out to, out payload),
            6 => TryV6(packet, out from, out to, out payload),
            _ => false,
        };
    }

    private static bool TryFindPacket(int linkType, ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> packet)
    {
        packet = default;
        var start = linkType switch
        {
            1 => EthernetHeader(frame),
            113 => frame.Length > 16 && IsIp(frame[14..]) ? 16 : -1,
            276 => frame.Length > 20 && IsIp(frame) ? 20 : -1,
            0 or 108 => 4,
            _ => 0,
        };
        if (start < 0 || start > frame.Length) return false;
        packet = frame[start..];
        return true;
    }

    private static int EthernetHeader(ReadOnlySpan<byte> frame)
    {
        var at = 12;
        // 802.1Q and 802.1ad tags stand before the type.
        while (at + 6 <= frame.Length && BinaryPrimitives.ReadUInt16BigEndian(frame[at..]) is 0x8100 or 0x88a8) at += 4;
        return at + 2 <= frame.Length && IsIp(frame[at..]) ? at + 2 : -1;
    }

    private static bool IsIp(ReadOnlySpan<byte> type) => BinaryPrimitives.ReadUInt16BigEndian(type) is Ipv4 or Ipv6;

    private static bool TryV4(ReadOnlySpan<byte> packet, out IPEndPoint from, out IPEndPoint to, out ReadOnlySpan<byte> payload)
    {
        from = to = null!;
        payload = default;
        var header = 4 * (packet[0] & 0xf);
        if (header < 20 || packet.Length < header || packet[9] != Udp) return false;
        // More fragments follow, or this is not the first.
        if ((BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x3fff) != 0) return false;
        return TryUdp(packet[header..], packet.Slice(12, 4), packet.Slice(16, 4), out from, out to, out payload);
    }

    private static bool TryV6(ReadOnlySpan<byte> packet, out IPEndPoint from, out IPEndPoint to, out ReadOnlySpan<byte> payload)
    {
        from = to = null!;
        payload = default;
        return packet.Length >= 40 && packet[6] == Udp && TryUdp(packet[40..], packet.Slice(8, 16), packet.Slice(24, 16), out from, out to, out payload);
    }

    private static bool TryUdp(
        ReadOnlySpan<byte> udp, ReadOnlySpan<byte> source, ReadOnlySpan<byte> target, out IPEndPoint from, out IPEndPoint to, out ReadOnlySpan<byte> payload)
    {
        from = to = null!;
        payload = default;
        if (udp.Length < 8) return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(udp[4..]);
        if (length < 8 || length > udp.Length) return false;
        from = new(new IPAddress(source), BinaryPrimitives.ReadUInt16BigEndian(udp));
        to = new(new IPAddress(target), BinaryPrimitives.ReadUInt16BigEndian(udp[2..]));
        payload = udp[8..length];
        return true;
    }
}
