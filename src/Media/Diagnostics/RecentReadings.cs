// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Diagnostics;

/// <summary>Readings of counters that only grow, one a second, of the last ten: what a call is like now, not what it was like since it began.</summary>
/// <remarks>
/// <code>
///   readings   │ 3 s │ 4 s │ … │ 12 s │ now
///              └───────── ten seconds ─────┘   the oldest gives way to the newest
/// </code>
/// It ticks by the time that it is told, so that how often anybody looks changes nothing. Seconds without a reading (a call on hold) do not count.
/// Thread: its owner's. Real-time: no allocation after construction.
/// </remarks>
/// <typeparam name="T">The counters.</typeparam>
internal sealed class RecentReadings<T>
    where T : struct
{
    /// <summary>Seconds that are looked back.</summary>
    public const int Seconds = 10;

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly T[] _readings = new T[Seconds];
    private Instant _due = Instant.Zero;
    private long _taken;

    /// <summary>A second has passed since the last reading.</summary>
    public bool IsDue(Instant now) => now >= _due;

    /// <summary>Takes a reading.</summary>
    /// <returns>That of ten seconds ago, or the first one: the difference is the window's.</returns>
    public T Take(Instant now, in T reading)
    {
        int place = (int)(_taken % Seconds);
        var oldest = _taken == 0 ? reading : _readings[_taken < Seconds ? 0 : place];
        _readings[place] = reading;
        _taken++;
        _due = now + Step;
        return oldest;
    }

    /// <summary>Begins anew: the counters did.</summary>
    public void Reset() => (_taken, _due) = (0, Instant.Zero);
}
