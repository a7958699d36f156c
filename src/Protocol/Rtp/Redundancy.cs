// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Rtp;

/// <summary>How a payload of redundant audio reads.</summary>
internal enum RedundancyOutcome
{
    /// <summary>It has a primary block, and every length fits.</summary>
    Read,

    /// <summary>The payload ends inside the block headers.</summary>
    HeadersCut,

    /// <summary>The blocks are longer than the payload.</summary>
    BlocksCut,

    /// <summary>More blocks than <see cref="Redundancy.MaximumCopies"/>.</summary>
    TooManyBlocks,
}

/// <summary>An earlier frame that a payload repeats.</summary>
/// <param name="payloadType">Of the copy.</param>
/// <param name="offset">Its time stamp is the packet's less this, in units of the time stamp.</param>
/// <param name="payload">The copy.</param>
internal readonly ref struct RedundantBlock(byte payloadType, int offset, ReadOnlySpan<byte> payload)
{
    /// <summary>0 to 127.</summary>
    public byte PayloadType { get; } = payloadType;

    /// <summary>How much older than the packet, in units of the time stamp, 0 to 16383.</summary>
    public int Offset { get; } = offset;

    /// <summary>The copy; may be empty.</summary>
    public ReadOnlySpan<byte> Payload { get; } = payload;
}

/// <summary>A view over a payload of redundant audio (RFC 2198 §3).</summary>
/// <remarks>
/// <code>
///    0                   1                   2                   3
///    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///   |1|   block PT  |     timestamp offset      |   block length    |   for each copy, oldest first
///   |0|   block PT  |                                                 for the primary, last
///   |  copies …                            |  primary …             |
/// </code>
/// Every length is checked before the view is given out.
/// </remarks>
internal readonly ref struct Redundancy
{
    /// <summary>Longest offset: 14 bits.</summary>
    public const int MaximumOffset = (1 << 14) - 1;

    /// <summary>Longest copy: 10 bits.</summary>
    public const int MaximumLength = (1 << 10) - 1;

    /// <summary>Bytes of a copy's header.</summary>
    public const int HeaderSize = 4;

    /// <summary>A packet that repeats more than so many frames is none of speech; bounds what one packet can cause.</summary>
    public const int MaximumCopies = 8;

    private readonly ReadOnlySpan<byte> _payload;

    private Redundancy(ReadOnlySpan<byte> payload, int copies, int primaryAt)
    {
        _payload = payload;
        Copies = copies;
        PrimaryPayloadType = (byte)(payload[copies * HeaderSize] & 0x7f);
        Primary = payload[primaryAt..];
    }

    /// <summary>How many earlier frames it repeats.</summary>
    public int Copies { get; }

    /// <summary>What the primary block is.</summary>
    public byte PrimaryPayloadType { get; }

    /// <summary>The packet's own frame; may be empty.</summary>
    public ReadOnlySpan<byte> Primary { get; }

    /// <summary>Looks at a payload.</summary>
    public static RedundancyOutcome TryParse(ReadOnlySpan<byte> payload, out Redundancy redundancy)
    {
        redundancy = default;
        int copies = 0;
        int lengths = 0;
        for (int at = 0; ; at += HeaderSize)
        {
            if (at >= payload.Length)
                return RedundancyOutcome.HeadersCut;
            if ((payload[at] & 0x80) == 0)
                break;
            if (at + HeaderSize > payload.Length)
                return RedundancyOutcome.HeadersCut;
            if (++copies > MaximumCopies)
                return RedundancyOutcome.TooManyBlocks;
            lengths += LengthAt(payload, at);
        }

        int primaryAt = (copies * HeaderSize) + 1 + lengths;
        if (primaryAt > payload.Length)
            return RedundancyOutcome.BlocksCut;
        redundancy = new Redundancy(payload, copies, primaryAt);
        return RedundancyOutcome.Read;
    }

    /// <summary>A copy.</summary>
    /// <param name="index">Below <see cref="Copies"/>; 0 is the oldest as a rule.</param>
    public RedundantBlock Copy(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Copies);
        int at = (Copies * HeaderSize) + 1;
        for (int i = 0; i < index; i++)
            at += LengthAt(_payload, i * HeaderSize);
        uint header = BinaryPrimitives.ReadUInt32BigEndian(_payload[(index * HeaderSize)..]);
        return new((byte)((header >> 24) & 0x7f), (int)(header >> 10) & MaximumOffset, _payload.Slice(at, (int)header & MaximumLength));
    }

    /// <summary>Writes the header of a copy.</summary>
    /// <param name="header">Takes <see cref="HeaderSize"/> bytes.</param>
    /// <param name="payloadType">Of the copy.</param>
    /// <param name="offset">0 to <see cref="MaximumOffset"/>.</param>
    /// <param name="length">0 to <see cref="MaximumLength"/>.</param>
    public static void WriteCopyHeader(Span<byte> header, byte payloadType, int offset, int length) =>
        BinaryPrimitives.WriteUInt32BigEndian(header, 0x8000_0000 | ((uint)(payloadType & 0x7f) << 24) | ((uint)offset << 10) | (uint)length);

    /// <summary>Writes the header of the primary block: one byte.</summary>
    public static void WritePrimaryHeader(Span<byte> header, byte payloadType) => header[0] = (byte)(payloadType & 0x7f);

    private static int LengthAt(ReadOnlySpan<byte> payload, int header) => BinaryPrimitives.ReadUInt16BigEndian(payload[(header + 2)..]) & MaximumLength;
}
