// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Rtcp;

/// <summary>What a sender says about itself (RFC 3550 §6.4.1).</summary>
/// <param name="Ntp">Wall clock of the report.</param>
/// <param name="RtpTimestamp">The same moment in units of the time stamp.</param>
/// <param name="PacketCount">Packets sent; wraps.</param>
/// <param name="OctetCount">Payload bytes sent; wraps.</param>
internal readonly record struct SenderInfo(NtpTime Ntp, uint RtpTimestamp, uint PacketCount, uint OctetCount)
{
    /// <summary>Bytes of it.</summary>
    public const int Size = 20;

    /// <summary>Reads <see cref="Size"/> bytes.</summary>
    public static SenderInfo Read(ReadOnlySpan<byte> bytes) => new(
        new NtpTime(BinaryPrimitives.ReadUInt64BigEndian(bytes)),
        BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]),
        BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]));

    /// <summary>Writes them.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, Ntp.Value);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], RtpTimestamp);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], PacketCount);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], OctetCount);
    }
}
