// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Rtcp;

/// <summary>The answer to a receiver's reference time: when it was received, and how long ago (RFC 3611 §4.5, DLRR).</summary>
/// <remarks>
/// <code>
///    0                   1                   2                   3
///    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///   |     BT=5      |   reserved    |     block length = 3·n        |
///   |                       SSRC of a receiver                      |  ┐
///   |                   last reference time, LRR                    |  │ n times
///   |                delay since it came, 1/65536 s                 |  ┘
/// </code>
/// So a side that only listens learns the round trip, which no report block tells it.
/// </remarks>
/// <param name="Ssrc">Whose reference time it was.</param>
/// <param name="LastReference">The middle 32 bits of it; 0 for none.</param>
/// <param name="Delay">Since it came, in 1/65536 s.</param>
internal readonly record struct DelaySinceReference(uint Ssrc, uint LastReference, uint Delay)
{
    /// <summary>The block type.</summary>
    public const byte BlockType = 5;

    /// <summary>Bytes of one entry.</summary>
    public const int EntrySize = 12;

    /// <summary>Bytes of a block with one entry.</summary>
    public const int SmallestBlock = 4 + EntrySize;

    /// <summary>Reads an entry of <see cref="EntrySize"/> bytes.</summary>
    public static DelaySinceReference Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]));

    /// <summary>Writes the entry.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], LastReference);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], Delay);
    }
}
