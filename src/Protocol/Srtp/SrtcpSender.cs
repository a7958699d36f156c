// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Srtp;

/// <summary>Protects compound RTCP packets in place (RFC 3711 §3.4, RFC 7714 §9).</summary>
/// <remarks>
/// <code>
///   counter mode:  | 8 bytes clear | encrypted | E, index | MKI | tag |      GCM:  | 8 bytes clear | encrypted | tag | E, index | MKI |
/// </code>
/// One index counts for all sources of ours under the key. Thread: worker. Real-time: no allocation.
/// </remarks>
internal sealed class SrtcpSender : IDisposable
{
    /// <summary>The packet is encrypted: always so here.</summary>
    internal const uint EncryptedBit = 1u << 31;

    /// <summary>Bytes of RTCP that stay clear.</summary>
    internal const int ClearLength = 8;

    /// <summary>Bytes of the index word.</summary>
    internal const int IndexSize = 4;

    private readonly SrtpTransform _transform;
    private readonly byte[] _mki;
    private readonly ulong _limit;
    private ulong _index;

    /// <summary>Derives the session keys; the master key may be disposed afterwards.</summary>
    /// <param name="master">Key and salt.</param>
    /// <param name="firstIndex">Of the first packet.</param>
    public SrtcpSender(SrtpMasterKey master, uint firstIndex = 0)
        : this(SrtpTransform.Create(master, rtcp: true), master.Mki, firstIndex)
    {
        if (master.Lifetime != 0)
            _limit = Math.Min(_limit, master.Lifetime);
    }

    /// <summary>Takes session keys.</summary>
    internal SrtcpSender(SrtpTransform transform, ReadOnlySpan<byte> mki = default, uint firstIndex = 0)
    {
        _transform = transform;
        _mki = mki.ToArray();
        _index = firstIndex;
        _limit = EncryptedBit;
    }

    /// <summary>Bytes that protection adds.</summary>
    public int Overhead => _transform.TagLength + IndexSize + _mki.Length;

    /// <summary>Protects one compound packet.</summary>
    /// <param name="buffer">The packet, with <see cref="Overhead"/> bytes of room behind it.</param>
    /// <param name="length">Bytes of the packet.</param>
    /// <param name="protectedLength">Bytes to send; 0 when refused.</param>
    public SrtpOutcome Protect(Span<byte> buffer, int length, out int protectedLength)
    {
        protectedLength = 0;
        if (length < ClearLength || length > buffer.Length)
            return SrtpOutcome.Malformed;
        if (buffer.Length - length < Overhead)
            return SrtpOutcome.NoRoom;
        if (_index >= _limit)
            return SrtpOutcome.KeyExhausted;
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(buffer[4..]);
        uint word = EncryptedBit | (uint)_index;
        int tagLength = _transform.TagLength;
        int indexAt = _transform.IndexFollowsTag ? length + tagLength : length;
        int tagAt = _transform.IndexFollowsTag ? length : length + IndexSize + _mki.Length;
        _transform.Seal(buffer[..length], ClearLength, ssrc, _index, word, buffer.Slice(tagAt, tagLength));
        BinaryPrimitives.WriteUInt32BigEndian(buffer[indexAt..], word);
        _mki.CopyTo(buffer[(indexAt + IndexSize)..]);
        _index++;
        protectedLength = length + Overhead;
        return SrtpOutcome.Ok;
    }

    /// <inheritdoc/>
    public void Dispose() => _transform.Dispose();
}
