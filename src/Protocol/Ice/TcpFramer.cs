// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Ice;

/// <summary>Cuts a byte stream into the datagrams of RFC 4571 (two bytes of length, then as many), as ICE over TCP carries them (RFC 6544 §10.1).</summary>
/// <remarks>
/// The length could be 65535; what a voice call sends fits into an Ethernet frame, and a length beyond <paramref name="capacity"/> is most likely
/// a stream out of step.
/// Thread: its owner's. Allocates nothing after construction.
/// </remarks>
/// <param name="capacity">The longest frame that is taken, length included.</param>
internal sealed class TcpFramer(int capacity = 4096) : StreamFramer(capacity, HeaderSize)
{
    /// <summary>Bytes before each datagram.</summary>
    public const int HeaderSize = 2;

    /// <summary>Writes what stands before a datagram.</summary>
    public static void WriteHeader(Span<byte> header, int length) => BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)length);

    /// <inheritdoc/>
    protected override StreamFrame Measure(ReadOnlySpan<byte> waiting)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(waiting);
        return new(HeaderSize, length, HeaderSize + length);
    }
}
