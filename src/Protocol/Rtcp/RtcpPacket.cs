// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Rtcp;

/// <summary>A view over one part of a compound packet (RFC 3550 §6.4 to §6.7).</summary>
/// <remarks>Its lengths were checked; unknown types keep their <see cref="Body"/>.</remarks>
internal readonly ref struct RtcpPacket
{
    private const int HeaderSize = 4;
    private const byte Cname = 1;

    /// <summary>The block type of a receiver reference time (RFC 3611 §4.4).</summary>
    public const byte ReceiverTimeType = 4;

    /// <summary>Bytes of it.</summary>
    public const int ReceiverTimeSize = 12;

    private RtcpPacket(ReadOnlySpan<byte> bytes, int padding)
    {
        Type = (RtcpType)bytes[1];
        Count = bytes[0] & 0x1f;
        HasPadding = padding > 0;
        Body = bytes[HeaderSize..^padding];
    }

    /// <summary>The packet type.</summary>
    public RtcpType Type { get; }

    /// <summary>Report blocks, chunks or sources, or a subtype.</summary>
    public int Count { get; }

    /// <summary>True when padding was cut from <see cref="Body"/>.</summary>
    public bool HasPadding { get; }

    /// <summary>All behind the header, without padding.</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>The first word of the body: the sender's SSRC in all but source descriptions; 0 in an empty one.</summary>
    public uint Ssrc => Body.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(Body);

    /// <summary>The sender's part of a sender report.</summary>
    public bool TryGetSenderInfo(out SenderInfo info)
    {
        bool has = Type == RtcpType.SenderReport && Body.Length >= 4 + SenderInfo.Size;
        info = has ? SenderInfo.Read(Body[4..]) : default;
        return has;
    }

    /// <summary>A report block of a sender or receiver report.</summary>
    public bool TryGetReport(int index, out ReportBlock block)
    {
        int start = (Type == RtcpType.SenderReport ? 4 + SenderInfo.Size : 4) + (index * ReportBlock.Size);
        bool isReport = Type is RtcpType.SenderReport or RtcpType.ReceiverReport;
        bool has = isReport && (uint)index < (uint)Count && start + ReportBlock.Size <= Body.Length;
        block = has ? ReportBlock.Read(Body[start..]) : default;
        return has;
    }

    /// <summary>The block about one source.</summary>
    public bool TryFindReport(uint ssrc, out ReportBlock block)
    {
        for (int i = 0; TryGetReport(i, out block); i++)
        {
            if (block.Ssrc == ssrc)
                return true;
        }

        block = default;
        return false;
    }

    /// <summary>True when this says goodbye for a source.</summary>
    public bool IsByeFor(uint ssrc)
    {
        if (Type != RtcpType.Bye)
            return false;
        for (int i = 0; i < Count && (4 * i) + 4 <= Body.Length; i++)
        {
            if (BinaryPrimitives.ReadUInt32BigEndian(Body[(4 * i)..]) == ssrc)
                return true;
        }

        return false;
    }

    /// <summary>The VoIP metrics about one source in an extended report; blocks of other types are passed over (RFC 3611 §3).</summary>
    public bool TryFindVoipMetrics(uint ssrc, out VoipMetrics metrics)
    {
        for (var rest = Blocks; TryTakeBlock(ref rest, out var block);)
        {
            if (block[0] != VoipMetrics.BlockType || block.Length != VoipMetrics.Size || BinaryPrimitives.ReadUInt32BigEndian(block[4..]) != ssrc)
                continue;
            metrics = VoipMetrics.Read(block);
            return true;
        }

        metrics = default;
        return false;
    }

    /// <summary>The time at which a receiver sent an extended report, for the round trip (RFC 3611 §4.4).</summary>
    public bool TryFindReceiverTime(out NtpTime time)
    {
        for (var rest = Blocks; TryTakeBlock(ref rest, out var block);)
        {
            if (block[0] != ReceiverTimeType || block.Length != ReceiverTimeSize)
                continue;
            time = new(BinaryPrimitives.ReadUInt64BigEndian(block[4..]));
            return true;
        }

        time = default;
        return false;
    }

    /// <summary>What an extended report answers to one receiver's reference time (RFC 3611 §4.5).</summary>
    public bool TryFindDelaySince(uint ssrc, out DelaySinceReference found)
    {
        for (var rest = Blocks; TryTakeBlock(ref rest, out var block);)
        {
            if (block[0] != DelaySinceReference.BlockType)
                continue;
            for (var entries = block[4..]; entries.Length >= DelaySinceReference.EntrySize; entries = entries[DelaySinceReference.EntrySize..])
            {
                found = DelaySinceReference.Read(entries);
                if (found.Ssrc == ssrc)
                    return true;
            }
        }

        found = default;
        return false;
    }

    /// <summary>The canonical name that a source description gives a source.</summary>
    public bool TryFindCname(uint ssrc, out ReadOnlySpan<byte> name)
    {
        name = default;
        if (Type != RtcpType.SourceDescription)
            return false;
        var rest = Body;
        for (int chunk = 0; chunk < Count && rest.Length >= 4; chunk++)
        {
            uint source = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (!TryTakeItems(ref rest, out var found))
                return false;
            if (source != ssrc || found.IsEmpty)
                continue;
            name = found;
            return true;
        }

        return false;
    }

    // Behind the reporter's SSRC; nothing in other packets.
    private ReadOnlySpan<byte> Blocks => Type == RtcpType.ExtendedReport && Body.Length >= 4 ? Body[4..] : default;

    // | type | specific | words − 1 | … |: a length that lies ends the walk.
    private static bool TryTakeBlock(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> block)
    {
        block = default;
        int size = rest.Length < 4 ? 4 : 4 * (BinaryPrimitives.ReadUInt16BigEndian(rest[2..]) + 1);
        if (size > rest.Length)
            return false;
        block = rest[..size];
        rest = rest[size..];
        return true;
    }

    // | SSRC | type | length | text … | type 0, then zeros to the word's end |
    private static bool TryTakeItems(scoped ref ReadOnlySpan<byte> chunk, out ReadOnlySpan<byte> cname)
    {
        cname = default;
        int at = 4;
        while (at < chunk.Length && chunk[at] != 0)
        {
            if (at + 2 > chunk.Length || at + 2 + chunk[at + 1] > chunk.Length)
                return false;
            if (chunk[at] == Cname)
                cname = chunk.Slice(at + 2, chunk[at + 1]);
            at += 2 + chunk[at + 1];
        }

        int end = (at + 4) & ~3;
        if (at >= chunk.Length || end > chunk.Length)
            return false;
        chunk = chunk[end..];
        return true;
    }

    /// <summary>Takes one part off the front.</summary>
    internal static bool TryTake(scoped ref ReadOnlySpan<byte> bytes, out RtcpPacket packet)
    {
        packet = default;
        if (bytes.Length < HeaderSize || (bytes[0] & 0xc0) != 0x80)
            return false;
        int length = 4 * (BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) + 1);
        if (length > bytes.Length)
            return false;
        int padding = (bytes[0] & 0x20) == 0 ? 0 : bytes[length - 1];
        if (((bytes[0] & 0x20) != 0 && padding == 0) || padding > length - HeaderSize || (padding & 3) != 0)
            return false;
        packet = new RtcpPacket(bytes[..length], padding);
        bytes = bytes[length..];
        return true;
    }
}
