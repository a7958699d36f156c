// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Rtcp;

/// <summary>What a receiver says about one source (RFC 3550 §6.4.1).</summary>
/// <param name="Ssrc">The source.</param>
/// <param name="FractionLost">Loss since the last report, of 256.</param>
/// <param name="CumulativeLost">Packets lost in all: 24 bits, signed.</param>
/// <param name="HighestSequence">Highest number received, with the count of wraps above it.</param>
/// <param name="Jitter">In units of the time stamp.</param>
/// <param name="LastSenderReport">Middle 32 bits of its last report's time; 0 for none.</param>
/// <param name="DelaySinceLastSenderReport">Since it came, in 1/65536 s.</param>
internal readonly record struct ReportBlock(
    uint Ssrc, byte FractionLost, int CumulativeLost, uint HighestSequence, uint Jitter, uint LastSenderReport, uint DelaySinceLastSenderReport)
{
    /// <summary>Bytes of a block.</summary>
    public const int Size = 24;

    /// <summary>Reads a block of <see cref="Size"/> bytes.</summary>
    public static ReportBlock Read(ReadOnlySpan<byte> bytes)
    {
        uint loss = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        return new(
            BinaryPrimitives.ReadUInt32BigEndian(bytes),
            (byte)(loss >> 24),
            (int)(loss << 8) >> 8,
            BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]));
    }

    /// <summary>Writes the block.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], ((uint)FractionLost << 24) | ((uint)CumulativeLost & 0xff_ffff));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], HighestSequence);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], Jitter);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], LastSenderReport);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[20..], DelaySinceLastSenderReport);
    }
}
