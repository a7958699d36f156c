// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Rtp;

/// <summary>A view over the bytes of an RTP packet (RFC 3550 §5.1).</summary>
/// <remarks>
/// <code>
///    0                   1                   2                   3
///    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///   |V=2|P|X|  CC   |M|     PT      |       sequence number         |
///   |                           timestamp                           |
///   |                             SSRC                              |
///   |                     CSRC (0 to 15 items)                      |
///   |      profile (X)              |      words (X)                |
///   |                       extension (X) …                         |
///   |                       payload, padding (P) …                  |
/// </code>
/// </remarks>
internal readonly ref struct RtpPacket
{
    /// <summary>Bytes of a header without contributing sources and extension: what <see cref="WriteHeader"/> writes.</summary>
    public const int HeaderSize = 12;

    private const byte Version = 2 << 6;
    private const byte PaddingBit = 0x20;
    private const byte ExtensionBit = 0x10;

    private readonly ReadOnlySpan<byte> _packet;
    private readonly uint _first;
    private readonly int _headerLength;
    private readonly int _paddingLength;

    private RtpPacket(ReadOnlySpan<byte> packet, uint first, int headerLength, int paddingLength)
    {
        _packet = packet;
        _first = first;
        _headerLength = headerLength;
        _paddingLength = paddingLength;
    }

    /// <summary>The first packet of a talk spurt, or of an event.</summary>
    public bool Marker => (_first & 0x80_0000) != 0;

    /// <summary>0 to 127.</summary>
    public byte PayloadType => (byte)((_first >> 16) & 0x7f);

    /// <summary>The sequence number: wraps, see <see cref="SequenceNumber"/>.</summary>
    public ushort Sequence => (ushort)_first;

    /// <summary>Sampling instant of the first sample, in units of the payload's clock; wraps.</summary>
    public uint Timestamp => BinaryPrimitives.ReadUInt32BigEndian(_packet[4..]);

    /// <summary>The synchronization source.</summary>
    public uint Ssrc => BinaryPrimitives.ReadUInt32BigEndian(_packet[8..]);

    /// <summary>How many contributing sources there are.</summary>
    public int ContributorCount => (int)(_first >> 24) & 0xf;

    /// <summary>Bytes before the payload.</summary>
    public int HeaderLength => _headerLength;

    /// <summary>Bytes behind the payload, their count included.</summary>
    public int PaddingLength => _paddingLength;

    /// <summary>The payload, without padding.</summary>
    public ReadOnlySpan<byte> Payload => _packet[_headerLength..(_packet.Length - _paddingLength)];

    /// <summary>The header extension's elements; empty when there is none.</summary>
    public HeaderExtension Extension
    {
        get
        {
            if ((_first & ((uint)ExtensionBit << 24)) == 0)
                return default;
            int start = HeaderSize + (4 * ContributorCount);
            ushort profile = BinaryPrimitives.ReadUInt16BigEndian(_packet[start..]);
            return new HeaderExtension(profile, _packet[(start + 4).._headerLength]);
        }
    }

    /// <summary>A contributing source.</summary>
    /// <param name="index">Below <see cref="ContributorCount"/>.</param>
    public uint Contributor(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)ContributorCount);
        return BinaryPrimitives.ReadUInt32BigEndian(_packet[(HeaderSize + (4 * index))..]);
    }

    /// <summary>Looks at the header, and at the padding's count in the last byte.</summary>
    /// <returns>False when the bytes are not an RTP packet.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out RtpPacket packet)
    {
        packet = default;
        if (!TryMeasureHeader(bytes, out int headerLength))
            return false;
        int padding = 0;
        if ((bytes[0] & PaddingBit) != 0)
        {
            padding = bytes[^1];
            if (padding == 0 || padding > bytes.Length - headerLength)
                return false;
        }

        packet = new RtpPacket(bytes, BinaryPrimitives.ReadUInt32BigEndian(bytes), headerLength, padding);
        return true;
    }

    /// <summary>Only the header's length: all that SRTP may look at, for padding is encrypted (RFC 3711 §3.1).</summary>
    public static bool TryMeasureHeader(ReadOnlySpan<byte> bytes, out int headerLength)
    {
        headerLength = HeaderSize;
        if (bytes.Length < HeaderSize)
            return false;
        int first = bytes[0];
        if ((first & ~PaddingBit) == Version)
            return true;
        if ((first & 0xc0) != Version)
            return false;
        headerLength += 4 * (first & 0xf);
        return (first & ExtensionBit) == 0 ? headerLength <= bytes.Length : TryAddExtension(bytes, ref headerLength);
    }

    private static bool TryAddExtension(ReadOnlySpan<byte> bytes, ref int headerLength)
    {
        if (headerLength + 4 > bytes.Length)
            return false;
        headerLength += 4 + (4 * BinaryPrimitives.ReadUInt16BigEndian(bytes[(headerLength + 2)..]));
        return headerLength <= bytes.Length;
    }

    /// <summary>Writes a header of <see cref="HeaderSize"/> bytes: no padding, extension or contributing source.</summary>
    public static void WriteHeader(Span<byte> packet, byte payloadType, bool marker, ushort sequence, uint timestamp, uint ssrc)
    {
        BinaryPrimitives.WriteUInt32BigEndian(packet[8..], ssrc);
        packet[0] = Version;
        packet[1] = (byte)((payloadType & 0x7f) | (marker ? 0x80 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], timestamp);
    }
}
