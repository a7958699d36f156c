// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Stun;

/// <summary>Cuts a byte stream into STUN messages and TURN's ChannelData (RFC 8489 §6.2.2, RFC 8656 §12.5): both know their own length.</summary>
/// <remarks>
/// ChannelData is padded to four bytes on streams alone; the padding is skipped here.
/// Thread: its owner's. Allocates nothing after construction.
/// </remarks>
/// <param name="capacity">The longest frame that is taken.</param>
internal sealed class StunStreamFramer(int capacity = 4096) : StreamFramer(capacity, headerSize: 4)
{
    /// <inheritdoc/>
    protected override StreamFrame Measure(ReadOnlySpan<byte> waiting)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(waiting[2..]);
        return (waiting[0] >> 6) switch
        {
            0 when (length & 3) == 0 => new(0, StunMessage.HeaderSize + length, StunMessage.HeaderSize + length),
            1 => new(0, 4 + length, (4 + length + 3) & ~3),
            _ => StreamFrame.Broken,
        };
    }
}
