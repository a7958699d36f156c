// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Turn;

/// <summary>Payload in and out of what a relay carries (RFC 8656 §11, §12.4), in place: the header goes into the room before the payload.</summary>
/// <remarks>
/// <code>
///   ChannelData       |channel|length|payload|pad|                                 4 bytes
///   Send indication   |STUN header 20|XOR-PEER-ADDRESS 12 or 24|DATA 4|payload|pad|   36 or 48 bytes
/// </code>
/// Allocates nothing.
/// </remarks>
internal static class TurnData
{
    /// <summary>Room before the payload that always suffices.</summary>
    public const int Headroom = StunMessage.HeaderSize + 4 + StunAddress.MaximumSize + 4;

    /// <summary>Room behind the payload for padding.</summary>
    public const int Tailroom = 3;

    /// <summary>Bytes of a channel's header.</summary>
    public const int ChannelHeader = 4;

    /// <summary>Writes a channel's header before the payload, and on a stream the padding behind it.</summary>
    public static bool TryWrapChannel(Span<byte> buffer, int offset, int length, ushort channel, bool isStream, out int start, out int total)
    {
        start = offset - ChannelHeader;
        int padded = isStream ? (length + 3) & ~3 : length;
        total = ChannelHeader + padded;
        if (start < 0 || length > ushort.MaxValue || offset + padded > buffer.Length)
            return false;
        BinaryPrimitives.WriteUInt16BigEndian(buffer[start..], channel);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(start + 2)..], (ushort)length);
        buffer.Slice(offset + length, padded - length).Clear();
        return true;
    }

    /// <summary>Writes a Send indication around the payload.</summary>
    public static bool TryWrapSend(Span<byte> buffer, int offset, int length, in TransportAddress peer, in TransactionId id, out int start, out int total)
    {
        total = 0;
        start = offset - (StunMessage.HeaderSize + (peer.IsV6 ? 24 : 12) + 4);
        if (start < 0 || offset + length > buffer.Length)
            return false;
        var writer = new StunWriter(buffer[start..], StunMethod.Send, StunClass.Indication, id);
        writer.AddXorAddress(StunAttribute.XorPeerAddress, peer);
        writer.AddPlaced(StunAttribute.Data, length);
        return writer.TryFinish(out total);
    }

    /// <summary>Reads a channel's header. On UDP padding may follow the payload, on a stream the framer has taken it off.</summary>
    public static bool TryReadChannel(ReadOnlySpan<byte> packet, out ushort channel, out Range payload)
    {
        (channel, payload) = (0, default);
        if (packet.Length < ChannelHeader || packet[0] is < 0x40 or > 0x4f)
            return false;
        channel = BinaryPrimitives.ReadUInt16BigEndian(packet);
        int length = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        payload = ChannelHeader..(ChannelHeader + length);
        return length <= packet.Length - ChannelHeader;
    }

    /// <summary>Reads a Data indication.</summary>
    public static bool TryReadIndication(ReadOnlySpan<byte> packet, in StunMessage message, out TransportAddress peer, out Range payload)
    {
        payload = default;
        if (!message.TryGetXorAddress(StunAttribute.XorPeerAddress, out peer) || !message.TryGet(StunAttribute.Data, out var data))
            return false;
        packet.Overlaps(data, out int start);
        payload = start..(start + data.Length);
        return true;
    }
}
