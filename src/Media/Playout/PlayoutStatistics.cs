// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>The counters of one call's playout (W3C webrtc-stats), written by one thread and read whole by any other without a lock.</summary>
/// <remarks>
/// Thread: playback writes; <see cref="Read"/> from any. A sequence lock: the version is odd while the published copy changes,
/// and a reader that saw it change reads again. The writer never waits. Times are kept in samples × microseconds, exact for centuries.
/// </remarks>
internal sealed class PlayoutStatistics
{
    private readonly long[] _live = new long[Count];
    private readonly long[] _undecided = new long[Count];
    private readonly long[] _published = new long[Count];
    private int _version;

    /// <summary>Names a counter.</summary>
    public enum Counter
    {
        PacketsReceived,
        PacketsDiscarded,
        PacketsDuplicated,
        PacketsLost,
        DelayMicroseconds,
        TargetMicroseconds,
        Emitted,
        TotalSamples,
        Concealed,
        SilentConcealed,
        Lost,
        ConcealmentEvents,
        Inserted,
        Removed,
        FecReceived,
        Fec,
        RedundantReceived,
        RedundantUsed,
        Restarts,
        CurrentTargetMicroseconds,
        ClockDriftPartsPerBillion,
    }

    private const int Count = (int)Counter.ClockDriftPartsPerBillion + 1;

    /// <summary>Adds to a counter; seen by readers after the next <see cref="Publish"/>.</summary>
    public void Add(Counter counter, long by = 1) => _live[(int)counter] += by;

    /// <summary>Sets a counter.</summary>
    public void Set(Counter counter, long value) => _live[(int)counter] = value;

    /// <summary>So much of a counter may still turn out to be none: a pause, or made up and never played.</summary>
    public void Undecided(Counter counter, long much) => _undecided[(int)counter] = much;

    /// <summary>Lets readers see everything counted so far.</summary>
    public void Publish()
    {
        Volatile.Write(ref _version, _version + 1);
        Interlocked.MemoryBarrier();
        for (int i = 0; i < Count; i++)
            Volatile.Write(ref _published[i], MayFall((Counter)i) ? _live[i] : Math.Max(_published[i], _live[i] - _undecided[i]));
        Volatile.Write(ref _version, _version + 1);
    }

    /// <summary>W3C counters never fall.</summary>
    private static bool MayFall(Counter counter) =>
        counter is not (Counter.Concealed or Counter.SilentConcealed or Counter.ConcealmentEvents);

    /// <summary>One consistent reading.</summary>
    public PlayoutSnapshot Read()
    {
        Span<long> copy = stackalloc long[Count];
        while (true)
        {
            int before = Volatile.Read(ref _version);
            for (int i = 0; i < Count; i++)
                copy[i] = Volatile.Read(ref _published[i]);
            if ((before & 1) == 0 && Volatile.Read(ref _version) == before)
                return Snapshot(copy);
        }
    }

    private static PlayoutSnapshot Snapshot(ReadOnlySpan<long> of) => new()
    {
        PacketsReceived = of[(int)Counter.PacketsReceived],
        PacketsDiscarded = of[(int)Counter.PacketsDiscarded],
        PacketsDuplicated = of[(int)Counter.PacketsDuplicated],
        PacketsLost = of[(int)Counter.PacketsLost],
        JitterBufferDelay = of[(int)Counter.DelayMicroseconds] / 1e6,
        JitterBufferTargetDelay = of[(int)Counter.TargetMicroseconds] / 1e6,
        JitterBufferEmittedCount = of[(int)Counter.Emitted],
        TotalSamplesReceived = of[(int)Counter.TotalSamples],
        ConcealedSamples = of[(int)Counter.Concealed],
        SilentConcealedSamples = of[(int)Counter.SilentConcealed],
        LostSamples = of[(int)Counter.Lost],
        ConcealmentEvents = of[(int)Counter.ConcealmentEvents],
        InsertedSamplesForDeceleration = of[(int)Counter.Inserted],
        RemovedSamplesForAcceleration = of[(int)Counter.Removed],
        FecPacketsReceived = of[(int)Counter.FecReceived],
        FecPacketsUsed = of[(int)Counter.Fec],
        RedundantPacketsReceived = of[(int)Counter.RedundantReceived],
        RedundantPacketsUsed = of[(int)Counter.RedundantUsed],
        Restarts = of[(int)Counter.Restarts],
        TargetDelay = of[(int)Counter.CurrentTargetMicroseconds] / 1e6,
        ClockDrift = of[(int)Counter.ClockDriftPartsPerBillion] / 1e3,
    };
}
