// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Srtp;

/// <summary>Opens SRTP packets in place (RFC 3711 §3.3).</summary>
/// <remarks>
/// <code>
///   header ─► index from the highest seen ─► replay window ─► tag ─► decrypt ─► window and rollover counter move
/// </code>
/// Nothing changes before the tag is right. A source that is heard for the first time is tried with rollover counter 0, then 1:
/// the packets around its first wrap may be lost. After another key was agreed upon a source may go on with its counter (RFC 3711
/// §3.3.1) or begin anew (RFC 4568 §7.1.4), and peers do either: the counter under the key before is tried first. Thread: worker. Real-time: no allocation.
/// </remarks>
internal sealed class SrtpReceiver : IDisposable
{
    private const ulong OneRollover = 0x1_0000;

    private readonly SrtpTransform _transform;
    private readonly SrtpSources _sources = new();
    private readonly SrtpSources _before = new();
    private readonly byte[] _mki;

    /// <summary>Derives the session keys; the master key may be disposed afterwards.</summary>
    public SrtpReceiver(SrtpMasterKey master)
        : this(SrtpTransform.Create(master, rtcp: false), master.Mki)
    {
    }

    /// <summary>Takes session keys.</summary>
    internal SrtpReceiver(SrtpTransform transform, ReadOnlySpan<byte> mki = default)
    {
        _transform = transform;
        _mki = mki.ToArray();
    }

    /// <summary>Sources that sent an authentic packet.</summary>
    public int SourceCount => _sources.Count;

    /// <summary>Opens one packet.</summary>
    /// <param name="packet">The datagram; unchanged when refused.</param>
    /// <param name="length">Bytes of the RTP packet; 0 when refused.</param>
    public SrtpOutcome Unprotect(Span<byte> packet, out int length)
    {
        length = 0;
        int body = packet.Length - _transform.TagLength - _mki.Length;
        if (body < 0 || !Rtp.RtpPacket.TryMeasureHeader(packet[..body], out int header))
            return SrtpOutcome.Malformed;
        bool mkiFollows = _transform.IndexFollowsTag;
        if (!packet.Slice(mkiFollows ? body + _transform.TagLength : body, _mki.Length).SequenceEqual(_mki))
            return SrtpOutcome.UnknownKey;
        var tag = packet.Slice(mkiFollows ? body : body + _mki.Length, _transform.TagLength);
        var outcome = Open(packet[..body], header, tag);
        length = outcome == SrtpOutcome.Ok ? body : 0;
        return outcome;
    }

    /// <summary>Takes over from the receiver of the key before: how far its sources had come.</summary>
    public void Follow(SrtpReceiver before)
    {
        _before.MarkAll(before._before);
        _before.MarkAll(before._sources);
    }

    /// <summary>Continues a source behind an index: tests reach the ends of the key's life.</summary>
    internal void Resume(uint ssrc, ulong highestIndex) => _sources.Mark(_sources.Find(ssrc), ssrc, highestIndex);

    /// <inheritdoc/>
    public void Dispose() => _transform.Dispose();

    private SrtpOutcome Open(Span<byte> packet, int header, ReadOnlySpan<byte> tag)
    {
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        ushort sequence = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        int place = _sources.Find(ssrc);
        if (place < 0)
            return OpenFirst(packet, header, ssrc, sequence, tag);
        ulong index = RolloverCounter.Estimate(sequence, _sources[place].Highest);
        if (index >= RolloverCounter.IndexLimit)
            return SrtpOutcome.KeyExhausted;
        if (!_sources[place].IsFresh(index))
            return SrtpOutcome.Replayed;
        if (!TryOpen(packet, header, ssrc, index, tag))
            return SrtpOutcome.AuthenticationFailed;
        _sources.Mark(place, ssrc, index);
        return SrtpOutcome.Ok;
    }

    private SrtpOutcome OpenFirst(Span<byte> packet, int header, uint ssrc, ushort sequence, ReadOnlySpan<byte> tag)
    {
        if (_sources.IsFull)
            return SrtpOutcome.TooManySources;
        int place = _before.Find(ssrc);
        ulong kept = place < 0 ? sequence : RolloverCounter.Estimate(sequence, _before[place].Highest);
        ReadOnlySpan<ulong> candidates = [kept, sequence, sequence + OneRollover];
        for (int i = kept == sequence ? 1 : 0; i < candidates.Length; i++)
        {
            if (candidates[i] >= RolloverCounter.IndexLimit || !TryOpen(packet, header, ssrc, candidates[i], tag))
                continue;
            _sources.Mark(-1, ssrc, candidates[i]);
            return SrtpOutcome.Ok;
        }

        return SrtpOutcome.AuthenticationFailed;
    }

    private bool TryOpen(Span<byte> packet, int header, uint ssrc, ulong index, ReadOnlySpan<byte> tag) =>
        _transform.TryOpen(packet, header, ssrc, index, (uint)(index >> 16), tag);
}
