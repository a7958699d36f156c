// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Srtp;

/// <summary>Opens SRTCP packets in place (RFC 3711 §3.4, RFC 7714 §9); drawn in <see cref="SrtcpSender"/>.</summary>
/// <remarks>Nothing changes before the tag is right. Thread: worker. Real-time: no allocation.</remarks>
internal sealed class SrtcpReceiver : IDisposable
{
    private readonly SrtpTransform _transform;
    private readonly SrtpSources _sources = new();
    private readonly byte[] _mki;

    /// <summary>Derives the session keys; the master key may be disposed afterwards.</summary>
    public SrtcpReceiver(SrtpMasterKey master)
        : this(SrtpTransform.Create(master, rtcp: true), master.Mki)
    {
    }

    /// <summary>Takes session keys.</summary>
    internal SrtcpReceiver(SrtpTransform transform, ReadOnlySpan<byte> mki = default)
    {
        _transform = transform;
        _mki = mki.ToArray();
    }

    /// <summary>Opens one packet.</summary>
    /// <param name="packet">The datagram; unchanged when refused.</param>
    /// <param name="length">Bytes of the compound RTCP packet; 0 when refused.</param>
    public SrtpOutcome Unprotect(Span<byte> packet, out int length)
    {
        length = 0;
        int tagLength = _transform.TagLength;
        int body = packet.Length - tagLength - SrtcpSender.IndexSize - _mki.Length;
        if (body < SrtcpSender.ClearLength || (packet[0] & 0xc0) != 0x80)
            return SrtpOutcome.Malformed;
        int indexAt = _transform.IndexFollowsTag ? body + tagLength : body;
        if (!packet.Slice(indexAt + SrtcpSender.IndexSize, _mki.Length).SequenceEqual(_mki))
            return SrtpOutcome.UnknownKey;
        uint word = BinaryPrimitives.ReadUInt32BigEndian(packet[indexAt..]);
        var tag = packet.Slice(_transform.IndexFollowsTag ? body : packet.Length - tagLength, tagLength);
        var outcome = Open(packet[..body], word, tag);
        length = outcome == SrtpOutcome.Ok ? body : 0;
        return outcome;
    }

    /// <inheritdoc/>
    public void Dispose() => _transform.Dispose();

    private SrtpOutcome Open(Span<byte> packet, uint word, ReadOnlySpan<byte> tag)
    {
        if ((word & SrtcpSender.EncryptedBit) == 0)
            return SrtpOutcome.NotEncrypted;
        uint index = word & ~SrtcpSender.EncryptedBit;
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        int place = _sources.Find(ssrc);
        if (place < 0 && _sources.IsFull)
            return SrtpOutcome.TooManySources;
        if (place >= 0 && !_sources[place].IsFresh(index))
            return SrtpOutcome.Replayed;
        if (!_transform.TryOpen(packet, SrtcpSender.ClearLength, ssrc, index, word, tag))
            return SrtpOutcome.AuthenticationFailed;
        _sources.Mark(place, ssrc, index);
        return SrtpOutcome.Ok;
    }
}
