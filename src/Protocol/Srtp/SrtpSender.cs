// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Srtp;

/// <summary>Protects RTP packets in place (RFC 3711 §3.3).</summary>
/// <remarks>
/// <code>
///   counter mode:  | header | payload, encrypted | MKI | tag |      GCM:  | header | payload, encrypted | tag | MKI |
/// </code>
/// A sequence number is never used twice under one key: that would betray both plain texts. Thread: worker. Real-time: no allocation.
/// </remarks>
internal sealed class SrtpSender : IDisposable
{
    private readonly SrtpTransform _transform;
    private readonly SrtpSources _sources = new();
    private readonly byte[] _mki;
    private ulong _packetsLeft;

    /// <summary>Derives the session keys; the master key may be disposed afterwards.</summary>
    public SrtpSender(SrtpMasterKey master)
        : this(SrtpTransform.Create(master, rtcp: false), master.Lifetime, master.Mki)
    {
    }

    /// <summary>Takes session keys.</summary>
    internal SrtpSender(SrtpTransform transform, ulong lifetime = 0, ReadOnlySpan<byte> mki = default)
    {
        _transform = transform;
        _mki = mki.ToArray();
        _packetsLeft = lifetime == 0 ? RolloverCounter.IndexLimit : Math.Min(lifetime, RolloverCounter.IndexLimit);
    }

    /// <summary>Bytes that protection adds.</summary>
    public int Overhead => _transform.TagLength + _mki.Length;

    /// <summary>Protects one packet.</summary>
    /// <param name="buffer">The packet, with <see cref="Overhead"/> bytes of room behind it.</param>
    /// <param name="length">Bytes of the packet.</param>
    /// <param name="protectedLength">Bytes to send; 0 when refused.</param>
    public SrtpOutcome Protect(Span<byte> buffer, int length, out int protectedLength)
    {
        protectedLength = 0;
        if ((uint)length > (uint)buffer.Length || !Rtp.RtpPacket.TryMeasureHeader(buffer[..length], out int header))
            return SrtpOutcome.Malformed;
        if (buffer.Length - length < Overhead)
            return SrtpOutcome.NoRoom;
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(buffer[8..]);
        ushort sequence = BinaryPrimitives.ReadUInt16BigEndian(buffer[2..]);
        int place = _sources.Find(ssrc);
        if (place < 0 && _sources.IsFull)
            return SrtpOutcome.TooManySources;
        ulong index = place < 0 ? sequence : RolloverCounter.Estimate(sequence, _sources[place].Highest);
        if (index >= RolloverCounter.IndexLimit || _packetsLeft == 0)
            return SrtpOutcome.KeyExhausted;
        if (place >= 0 && !_sources[place].IsFresh(index))
            return SrtpOutcome.IndexReused;

        bool mkiFollows = _transform.IndexFollowsTag;
        _mki.CopyTo(buffer[(mkiFollows ? length + _transform.TagLength : length)..]);
        var tag = buffer.Slice(mkiFollows ? length : length + _mki.Length, _transform.TagLength);
        _transform.Seal(buffer[..length], header, ssrc, index, (uint)(index >> 16), tag);
        _sources.Mark(place, ssrc, index);
        _packetsLeft--;
        protectedLength = length + Overhead;
        return SrtpOutcome.Ok;
    }

    /// <summary>Continues a source behind an index: tests reach the ends of the key's life.</summary>
    internal void Resume(uint ssrc, ulong highestIndex) => _sources.Mark(_sources.Find(ssrc), ssrc, highestIndex);

    /// <inheritdoc/>
    public void Dispose() => _transform.Dispose();
}
