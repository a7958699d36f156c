// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Stun;

/// <summary>96 bits that a response must bring back (RFC 8489 §5): a stranger who does not see our packets cannot guess them.</summary>
internal readonly record struct TransactionId(ulong First, uint Last)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 12;

    /// <summary>A fresh one.</summary>
    public static TransactionId Draw(IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[Size];
        random.Fill(bytes);
        return Read(bytes);
    }

    /// <summary>From the wire.</summary>
    public static TransactionId Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]));

    /// <summary>To the wire.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, First);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], Last);
    }
}
