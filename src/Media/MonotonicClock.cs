// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Earshot.Protocol;

namespace Earshot.Media;

/// <summary>The engine's time line: the system's monotonic clock, in nanoseconds. Workers read it once a turn and tell everyone else.</summary>
internal static class MonotonicClock
{
    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    /// <summary>Now.</summary>
    public static Instant Now
    {
        get
        {
            long ticks = Stopwatch.GetTimestamp();
            return new(Stopwatch.Frequency == 1_000_000_000 ? ticks : (long)(ticks * NanosecondsPerTick));
        }
    }
}
