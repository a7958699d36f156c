// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Rtcp;

/// <summary>Writes a compound packet in place: a report, then CNAME, then what else there is (RFC 3550 §6.1).</summary>
/// <remarks>What finds no room is not written and is told by false; the bytes before it stay a valid packet.</remarks>
internal ref struct RtcpWriter
{
    private const int LongestText = 255;
    private readonly Span<byte> _buffer;
    private int _report;
    private int _extended;

    /// <summary>Starts at the front of a buffer.</summary>
    public RtcpWriter(Span<byte> buffer)
    {
        _buffer = buffer;
        _report = _extended = -1;
    }

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Begins a sender report; its blocks follow by <see cref="AddBlock"/>.</summary>
    public bool WriteSenderReport(uint ssrc, in SenderInfo info)
    {
        if (!TryBegin(RtcpType.SenderReport, 0, 4 + SenderInfo.Size, out var body))
            return false;
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        info.Write(body[4..]);
        return true;
    }

    /// <summary>Begins a receiver report; its blocks follow by <see cref="AddBlock"/>.</summary>
    public bool WriteReceiverReport(uint ssrc)
    {
        if (!TryBegin(RtcpType.ReceiverReport, 0, 4, out var body))
            return false;
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        return true;
    }

    /// <summary>Adds a block to the report that was begun last; at most 31.</summary>
    public bool AddBlock(in ReportBlock block)
    {
        if (_report < 0 || (_buffer[_report] & 0x1f) == 0x1f || _buffer.Length - Length < ReportBlock.Size)
            return false;
        block.Write(_buffer[Length..]);
        Length += ReportBlock.Size;
        _buffer[_report]++;
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[(_report + 2)..], (ushort)(((Length - _report) / 4) - 1));
        return true;
    }

    /// <summary>Writes a source description with the canonical name alone (§6.5.1).</summary>
    /// <param name="ssrc">The source.</param>
    /// <param name="name">At most 255 bytes.</param>
    public bool WriteCname(uint ssrc, ReadOnlySpan<byte> name)
    {
        // SSRC, type, length, text, and at least one zero that ends the list.
        int size = (4 + 2 + name.Length + 4) & ~3;
        if (name.Length > LongestText || !TryBegin(RtcpType.SourceDescription, 1, size, out var body))
            return false;
        body.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        body[4] = 1;
        body[5] = (byte)name.Length;
        name.CopyTo(body[6..]);
        _report = -1;
        return true;
    }

    /// <summary>Writes a goodbye (§6.6).</summary>
    /// <param name="ssrc">Who leaves.</param>
    /// <param name="reason">Text, or empty; at most 255 bytes.</param>
    public bool WriteBye(uint ssrc, ReadOnlySpan<byte> reason = default)
    {
        int size = reason.IsEmpty ? 4 : (4 + 1 + reason.Length + 3) & ~3;
        if (reason.Length > LongestText || !TryBegin(RtcpType.Bye, 1, size, out var body))
            return false;
        body.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        _report = -1;
        if (reason.IsEmpty)
            return true;
        body[4] = (byte)reason.Length;
        reason.CopyTo(body[5..]);
        return true;
    }

    /// <summary>Begins an extended report; its blocks follow (RFC 3611 §2).</summary>
    /// <param name="ssrc">Who reports.</param>
    public bool WriteExtendedReport(uint ssrc)
    {
        int start = Length;
        if (!TryBegin(RtcpType.ExtendedReport, 0, 4, out var body))
            return false;
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        (_report, _extended) = (-1, start);
        return true;
    }

    /// <summary>Adds VoIP metrics to the extended report (§4.7).</summary>
    public bool AddVoipMetrics(in VoipMetrics metrics)
    {
        if (!TryAddBlock(VoipMetrics.Size, out var block))
            return false;
        metrics.Write(block);
        return true;
    }

    /// <summary>Adds a receiver's reference time to the extended report (§4.4): now.</summary>
    public bool AddReceiverTime(NtpTime now)
    {
        if (!TryAddBlock(RtcpPacket.ReceiverTimeSize, out var block))
            return false;
        WriteBlockHeader(block, RtcpPacket.ReceiverTimeType);
        BinaryPrimitives.WriteUInt64BigEndian(block[4..], now.Value);
        return true;
    }

    /// <summary>Adds the answer to a receiver's reference time to the extended report (§4.5).</summary>
    public bool AddDelaySince(in DelaySinceReference answer)
    {
        if (!TryAddBlock(DelaySinceReference.SmallestBlock, out var block))
            return false;
        WriteBlockHeader(block, DelaySinceReference.BlockType);
        answer.Write(block[4..]);
        return true;
    }

    private static void WriteBlockHeader(Span<byte> block, byte type) =>
        BinaryPrimitives.WriteUInt32BigEndian(block, ((uint)type << 24) | (uint)((block.Length / 4) - 1));

    private bool TryAddBlock(int size, out Span<byte> block)
    {
        block = default;
        if (_extended < 0 || _buffer.Length - Length < size)
            return false;
        block = _buffer.Slice(Length, size);
        Length += size;
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[(_extended + 2)..], (ushort)(((Length - _extended) / 4) - 1));
        return true;
    }

    private bool TryBegin(RtcpType type, int count, int bodySize, out Span<byte> body)
    {
        body = default;
        if (_buffer.Length - Length < 4 + bodySize)
            return false;
        (_report, _extended) = (Length, -1);
        _buffer[Length] = (byte)(0x80 | count);
        _buffer[Length + 1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[(Length + 2)..], (ushort)(bodySize / 4));
        body = _buffer.Slice(Length + 4, bodySize);
        Length += 4 + bodySize;
        return true;
    }
}
