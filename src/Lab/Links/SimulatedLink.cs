// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Lab.Links;

/// <summary>One direction of a network in virtual time, seeded.</summary>
/// <remarks>
/// <code>
///   Send ─► outage? ─► bottleneck and its queue ─► loss ─► delay + jitter + holding back ─┬─► (in order?) ─► TryReceive
///                                                                                        └─► a second copy
/// </code>
/// Each concern draws from a stream of its own, once for every datagram, whatever becomes of it: another loss rate leaves the jitter
/// of every packet as it was. Thread: one. The same seed and the same calls give the same deliveries.
/// </remarks>
internal sealed class SimulatedLink
{
    private readonly LinkOptions _options;
    private readonly ILossModel _loss;
    private readonly Bottleneck? _bottleneck;
    private readonly SeededRandom _lossDice;
    private readonly SeededRandom _jitterDice;
    private readonly SeededRandom _reorderDice;
    private readonly SeededRandom _duplicateDice;
    private readonly PriorityQueue<byte[], (long At, long Order)> _flying = new();
    private Instant _lastArrival = Instant.Zero;
    private long _order;

    /// <param name="options">What it does.</param>
    /// <param name="random">Seeds the concerns' streams; drawn from here only.</param>
    public SimulatedLink(LinkOptions options, SeededRandom random)
    {
        _options = options;
        _loss = options.Burst is { } mean ? new BurstLoss(options.Loss, mean) : new RandomLoss(options.Loss);
        _bottleneck = options.Rate is { } rate ? new Bottleneck(rate) : null;
        (_lossDice, _jitterDice) = (new(random.NextBits()), new(random.NextBits()));
        (_reorderDice, _duplicateDice) = (new(random.NextBits()), new(random.NextBits()));
    }

    /// <summary>Datagrams given to the link.</summary>
    public long Sent { get; private set; }

    /// <summary>Datagrams that the link lost, for whatever reason.</summary>
    public long Lost { get; private set; }

    /// <summary>What it did with each.</summary>
    public LinkLog Log { get; } = new();

    /// <summary>When the next datagram arrives; <see cref="Instant.Never"/> when none flies.</summary>
    public Instant NextArrival => _flying.TryPeek(out _, out var due) ? new Instant(due.At) : Instant.Never;

    /// <summary>Sends one datagram.</summary>
    public void Send(Instant now, ReadOnlySpan<byte> datagram)
    {
        var copy = datagram.ToArray();
        _options.Alters?.Invoke(now, copy);
        var (extra, copyExtra) = Draw(Sent++);
        var fate = FateOf(now, copy, out var leaves);
        var (at, copyAt) = (Instant.Never, Instant.Never);
        if (fate == PacketFate.Delivered)
        {
            at = Fly(leaves + _options.Delay + extra, copy);
            if (copyExtra is { } later) copyAt = Fly(leaves + _options.Delay + later, copy.ToArray());
        }
        else
        {
            Lost++;
        }

        Log.Add(now, copy, fate, at, copyAt);
    }

    /// <summary>Takes a datagram that has arrived by <paramref name="now"/>.</summary>
    public bool TryReceive(Instant now, out byte[] datagram)
    {
        datagram = [];
        return NextArrival <= now && _flying.TryDequeue(out datagram!, out _);
    }

    private (TimeSpan Extra, TimeSpan? CopyExtra) Draw(long packet)
    {
        var extra = TimeSpan.FromMilliseconds(_options.Jitter.NextMs(_jitterDice, packet));
        if (_options.Reorder is { } reorder && _reorderDice.NextUnit() < reorder.Share)
            extra += reorder.HeldBack;
        var twice = _duplicateDice.NextUnit() < _options.Duplicate;
        var copyExtra = TimeSpan.FromMilliseconds(_options.Jitter.NextMs(_duplicateDice, packet));
        return (extra, twice ? copyExtra : null);
    }

    private PacketFate FateOf(Instant now, byte[] datagram, out Instant leaves)
    {
        leaves = now;
        var lost = _loss.Loses(_lossDice);
        if (_options.Outage is { } outage && outage.Swallows(now)) return PacketFate.SentInOutage;
        if (_bottleneck is not null && !_bottleneck.TryPass(now, datagram.Length, out leaves)) return PacketFate.QueueFull;
        return lost || _options.Drops?.Invoke(datagram) == true ? PacketFate.Lost : PacketFate.Delivered;
    }

    private Instant Fly(Instant arrives, byte[] datagram)
    {
        if (_options.InOrder) arrives = _lastArrival = Instant.Max(arrives, _lastArrival);
        _flying.Enqueue(datagram, (arrives.Nanoseconds, _order++));
        return arrives;
    }
}
