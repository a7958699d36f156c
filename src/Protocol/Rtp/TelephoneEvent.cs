// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Rtp;

/// <summary>A telephone-event payload (RFC 4733 §2.3).</summary>
/// <remarks>
/// <code>
///    0                   1                   2                   3
///    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///   |     event     |E|R|  volume   |           duration            |
/// </code>
/// </remarks>
/// <param name="Event">0 to 9, 10 is *, 11 is #, 12 to 15 are A to D (§3.2).</param>
/// <param name="IsEnd">The key was released.</param>
/// <param name="Volume">Power below 0 dBm0, 0 to 63.</param>
/// <param name="Duration">So long so far, in units of the time stamp.</param>
internal readonly record struct TelephoneEvent(byte Event, bool IsEnd, byte Volume, ushort Duration)
{
    /// <summary>Bytes of the payload.</summary>
    public const int Size = 4;

    /// <summary>Reads a payload; of several events packed together (§2.5.1.3) the first.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out TelephoneEvent value)
    {
        value = default;
        if (payload.Length < Size)
            return false;
        value = new(payload[0], (payload[1] & 0x80) != 0, (byte)(payload[1] & 0x3f), BinaryPrimitives.ReadUInt16BigEndian(payload[2..]));
        return true;
    }

    /// <summary>Writes the payload.</summary>
    /// <returns>Its bytes.</returns>
    public int Write(Span<byte> payload)
    {
        BinaryPrimitives.WriteUInt16BigEndian(payload[2..], Duration);
        payload[0] = Event;
        payload[1] = (byte)((IsEnd ? 0x80 : 0) | (Volume & 0x3f));
        return Size;
    }
}
