// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Rtcp;

/// <summary>A view over a compound RTCP packet; <c>foreach</c> gives its parts (RFC 3550 §6.1).</summary>
/// <remarks>
/// <code>
///   | SR or RR | … | SDES with CNAME | BYE … |    each: |V=2|P| count | type | words − 1 | body |
/// </code>
/// </remarks>
internal readonly ref struct RtcpCompound
{
    private readonly ReadOnlySpan<byte> _bytes;

    private RtcpCompound(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Checks the validity rules of App. A.2: version 2 throughout, a report first, padding only in the last part, lengths that add up.</summary>
    /// <param name="bytes">One datagram, decrypted.</param>
    /// <param name="compound">The view.</param>
    /// <param name="allowReducedSize">Takes any type first (RFC 5506), when that was agreed.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out RtcpCompound compound, bool allowReducedSize = false)
    {
        compound = default;
        if (bytes.Length < 8 || (!allowReducedSize && (bytes[1] & 0xfe) != (byte)RtcpType.SenderReport))
            return false;
        for (var rest = bytes; !rest.IsEmpty;)
        {
            if (!RtcpPacket.TryTake(ref rest, out var part) || (part.HasPadding && !rest.IsEmpty))
                return false;
        }

        compound = new RtcpCompound(bytes);
        return true;
    }

    /// <summary>SSRC of whoever sent the compound.</summary>
    public uint SenderSsrc => BinaryPrimitives.ReadUInt32BigEndian(_bytes[4..]);

    /// <summary>Walks the parts.</summary>
    public Enumerator GetEnumerator() => new(_bytes);

    /// <summary>Walks the parts.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;
        private RtcpPacket _current;

        internal Enumerator(ReadOnlySpan<byte> bytes) => _rest = bytes;

        /// <summary>The part that <see cref="MoveNext"/> found.</summary>
        public readonly RtcpPacket Current => _current;

        /// <summary>Goes to the next part.</summary>
        public bool MoveNext()
        {
            var rest = _rest;
            bool found = RtcpPacket.TryTake(ref rest, out var packet);
            _rest = rest;
            _current = packet;
            return found;
        }
    }
}
