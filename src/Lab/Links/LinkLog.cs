// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Earshot.Protocol;

namespace Earshot.Lab.Links;

/// <summary>What a link did with a datagram.</summary>
internal enum PacketFate
{
    /// <summary>It arrives, or has arrived.</summary>
    Delivered,

    /// <summary>Lost by chance, or as scripted.</summary>
    Lost,

    /// <summary>Sent during an outage.</summary>
    SentInOutage,

    /// <summary>Dropped by the full queue before the bottleneck.</summary>
    QueueFull,
}

/// <summary>One line of a link's log.</summary>
/// <param name="Kind">By its first two bytes.</param>
/// <param name="Sequence">RTP sequence number (in clear in SRTP, too); 0 for what is no RTP.</param>
/// <param name="Bytes">Of the datagram.</param>
/// <param name="SentAt">When it was given to the link.</param>
/// <param name="Fate">What became of it.</param>
/// <param name="ArrivesAt">When it arrives; never when it does not.</param>
/// <param name="CopyArrivesAt">When its duplicate arrives; never when there is none.</param>
internal readonly record struct LinkRecord(
    PacketKind Kind, ushort Sequence, int Bytes, Instant SentAt, PacketFate Fate, Instant ArrivesAt, Instant CopyArrivesAt);

/// <summary>Everything that a link did, in the order of sending: what counters are checked against.</summary>
/// <remarks>Thread: the link's.</remarks>
internal sealed class LinkLog
{
    private readonly List<LinkRecord> _records = [];

    /// <summary>A line for each datagram.</summary>
    public IReadOnlyList<LinkRecord> Records => _records;

    /// <summary>Writes a line.</summary>
    public void Add(Instant now, ReadOnlySpan<byte> datagram, PacketFate fate, Instant arrivesAt, Instant copyArrivesAt)
    {
        var kind = PacketKinds.Classify(datagram);
        var sequence = kind == PacketKind.Rtp && datagram.Length >= 4 ? BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) : (ushort)0;
        _records.Add(new(kind, sequence, datagram.Length, now, fate, arrivesAt, copyArrivesAt));
    }

    /// <summary>RTP packets that met with a fate.</summary>
    public long Count(PacketFate fate) => _records.Count(r => r.Kind == PacketKind.Rtp && r.Fate == fate);

    /// <summary>RTP packets that had arrived by a time, duplicates not counted.</summary>
    public long Arrived(Instant by) => _records.Count(r => r.Kind == PacketKind.Rtp && Instant.Min(r.ArrivesAt, r.CopyArrivesAt) <= by);

    /// <summary>Second copies of RTP packets that had arrived by a time.</summary>
    public long CopiesArrived(Instant by) =>
        _records.Count(r => r.Kind == PacketKind.Rtp && r.CopyArrivesAt != Instant.Never && Instant.Max(r.ArrivesAt, r.CopyArrivesAt) <= by);
}
