// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;
using Earshot.Media.Diagnostics;
using Earshot.Media.Playout;
using Earshot.Protocol;

namespace Earshot.Media.Receive;

/// <summary>From received packets to the speaker.</summary>
/// <remarks>
/// <code>
///   SlotRing ─► JitterBuffer ─► Pull ─► block
/// </code>
/// What throws in here is a defect. It must reach neither the native thread of a sound card, which ends the process, nor the gate, at which
/// <see cref="Close"/> waits: the call is silent from then on, and the others go on.
/// Thread: <see cref="Play"/> playback; <see cref="Apply"/>, <see cref="Close"/> the control thread; figures any.
/// Real-time: <see cref="Play"/> neither allocates nor waits.
/// </remarks>
internal sealed class PlaybackPipeline(SlotRing<ReceivedPacket> ring)
{
    private const int Idle = 0;
    private const int Playing = 1;
    private const int Closed = 2;

    private readonly JitterBuffer _buffer = new();
    private readonly HashSet<IAudioDecoder> _decoders = [];
    private readonly RecentReadings<(long Lost, long Total)> _readings = new();
    private PlaybackPlan? _plan;
    private double _recentLoss = -1;
    private int _gate;
    private long _allocated;
    private Exception? _failure;

    /// <summary>Level of what was played.</summary>
    public LevelMeter Level { get; } = new();

    /// <summary>Bytes allocated inside <see cref="Play"/>; 0 unless something is wrong.</summary>
    public long AllocatedBytes => Volatile.Read(ref _allocated);

    /// <summary>What ended this call's sound; a defect. Null while all is well.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>The jitter buffer's counters.</summary>
    public PlayoutSnapshot Statistics => _buffer.Statistics;

    /// <summary>Share of the sound of the last ten seconds that was made up for lost packets, 0 to 1; null before the first two.</summary>
    public double? RecentLossPlayed => Volatile.Read(ref _recentLoss) is >= 0 and var share ? share : null;

    /// <summary>Packets that could not be used, for the worker's reports.</summary>
    public DiscardLog Discards { get; } = new();

    /// <summary>What the last block was. Thread: playback.</summary>
    public PulledInfo LastPulled { get; private set; }

    /// <summary>Sound in the last block, milliseconds; 10 before the first.</summary>
    public double BlockMs { get; private set; } = 10;

    /// <summary>How long before it is heard a block is pulled.</summary>
    public TimeSpan OutputLatency
    {
        get => _buffer.OutputLatency;
        set => _buffer.OutputLatency = value;
    }

    /// <summary>Takes a new agreement. Decoders of the one before live until <see cref="Close"/>: playback may be in them.</summary>
    public void Apply(PlaybackPlan plan)
    {
        if (Volatile.Read(ref _gate) == Closed)
        {
            foreach (var (_, decoder) in plan.Decoders)
                decoder.Dispose();
            return;
        }

        // The new ones first, each in the place of the old: packets that wait always find one.
        foreach (var (payloadType, decoder) in plan.Decoders)
        {
            _decoders.Add(decoder);
            _buffer.SetDecoder(payloadType, decoder);
        }

        foreach (var (payloadType, _) in _plan?.Decoders ?? [])
        {
            if (!plan.Decoders.Any(agreed => agreed.PayloadType == payloadType))
                _buffer.SetDecoder(payloadType, null);
        }

        Volatile.Write(ref _plan, plan);
    }

    /// <summary>Fills a block.</summary>
    /// <returns>True when it holds decoded sound of the peer.</returns>
    public bool Play(Span<short> block, Instant playsAt)
    {
        if (Interlocked.CompareExchange(ref _gate, Playing, Idle) != Idle)
        {
            block.Clear();
            return false;
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            return PlayOpen(block, playsAt);
        }
        catch (Exception e)
        {
            Volatile.Write(ref _failure, e);
            block.Clear();
            return false;
        }
        finally
        {
            Volatile.Write(ref _allocated, _allocated + GC.GetAllocatedBytesForCurrentThread() - before);
            Volatile.Write(ref _gate, Idle);
        }
    }

    /// <summary>Ends playing for good and frees the decoders. A block that is being played now is waited for: less than a millisecond.</summary>
    public void Close()
    {
        var spin = default(SpinWait);
        while (Interlocked.CompareExchange(ref _gate, Closed, Idle) is Playing)
            spin.SpinOnce();
        foreach (var decoder in _decoders)
            decoder.Dispose();
        _decoders.Clear();
    }

    private bool PlayOpen(Span<short> block, Instant playsAt)
    {
        bool plays = _failure is null && Volatile.Read(ref _plan) is { Plays: true };
        while (ring.TryPeek(out var packet))
        {
            if (plays)
                Insert(packet.Packet, packet.Arrival);
            ring.Release();
        }

        if (!plays)
        {
            block.Clear();
            return false;
        }

        BlockMs = block.Length / 48.0;
        _buffer.Pull(playsAt, block, out var pulled);
        LastPulled = pulled;
        Level.Measure(block);
        if (_readings.IsDue(playsAt))
            TakeReading(playsAt);
        return pulled.Kind is >= PlayedKind.Normal and <= PlayedKind.Fec;
    }

    private void Insert(in PlayoutPacket packet, Instant arrival)
    {
        if (_buffer.Insert(packet, arrival) is InsertOutcome.Late or InsertOutcome.Unplayable && !packet.IsRedundant && !packet.IsKey)
            Discards.Note(packet.Ssrc, packet.Sequence);
    }

    // What was made up may turn out to be a pause, and is taken back: the share of ten seconds is none below zero.
    private void TakeReading(Instant now)
    {
        var statistics = _buffer.Statistics;
        var (lost, total) = _readings.Take(now, (statistics.LostSamples, statistics.TotalSamplesReceived));
        if (statistics.TotalSamplesReceived > total)
            Volatile.Write(ref _recentLoss, Math.Clamp((double)(statistics.LostSamples - lost) / (statistics.TotalSamplesReceived - total), 0, 1));
    }
}
