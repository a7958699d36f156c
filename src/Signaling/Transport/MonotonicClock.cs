// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Earshot.Protocol;

namespace Earshot.Signaling.Transport;

/// <summary>The system's monotonic clock as instants: the line of <see cref="Stopwatch"/>.</summary>
internal static class MonotonicClock
{
    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    /// <summary>Now.</summary>
    public static Instant Now => new((long)(Stopwatch.GetTimestamp() * NanosecondsPerTick));
}
