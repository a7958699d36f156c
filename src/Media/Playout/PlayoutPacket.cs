// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>What playout needs of an RTP packet (RFC 3550 §5.1). The payload is copied on insertion.</summary>
internal readonly ref struct PlayoutPacket
{
    /// <summary>Names the fields of one packet, its payload already decrypted.</summary>
    public PlayoutPacket(uint ssrc, byte payloadType, ushort sequence, uint timestamp, bool marker, ReadOnlySpan<byte> payload, bool isRedundant = false)
    {
        Ssrc = ssrc;
        PayloadType = payloadType;
        Sequence = sequence;
        Timestamp = timestamp;
        Marker = marker;
        Payload = payload;
        IsRedundant = isRedundant;
    }

    /// <summary>The stream it belongs to.</summary>
    public uint Ssrc { get; }

    /// <summary>0 to 127.</summary>
    public byte PayloadType { get; }

    /// <summary>RTP sequence number.</summary>
    public ushort Sequence { get; }

    /// <summary>RTP time stamp in the payload type's clock.</summary>
    public uint Timestamp { get; }

    /// <summary>The first packet of a talk spurt (RFC 3551 §4.1).</summary>
    public bool Marker { get; }

    /// <summary>Codec payload without padding.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>A key in the place of sound (RFC 4733): its number is not missing, and neither is the sound of its time.</summary>
    public bool IsKey { get; init; }

    /// <summary>A copy that a later packet carries (RFC 2198), under the number and time stamp of the packet it repeats.</summary>
    public bool IsRedundant { get; }
}
