// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Earshot.Audio.Devices.Clock;

/// <summary>The monotonic time line of the sound devices, in nanoseconds, and sleeping on it to an absolute time.</summary>
internal static partial class MonotonicClock
{
    private const int ClockMonotonic = 1;
    private const int TimerAbsolute = 1;

    /// <summary>Portable sleeps end up to this late, so the rest of the way is yielded or spun.</summary>
    private const long SleepSlack = 2_000_000;

    /// <summary>Nanoseconds now. On Linux this is CLOCK_MONOTONIC, which <see cref="Stopwatch"/> reads without a system call.</summary>
    public static long Now => ToNanoseconds(Stopwatch.GetTimestamp());

    /// <summary>Samples at 48 kHz in nanoseconds.</summary>
    public static long SamplesToNanoseconds(long samples) => samples * 62_500 / 3;

    /// <summary>Sleeps until the clock shows <paramref name="deadline"/>; returns at once when it is past.</summary>
    public static void SleepUntil(long deadline)
    {
        if (OperatingSystem.IsLinux())
            SleepOnLinux(deadline);
        else
            SleepPortably(deadline);
    }

    private static long ToNanoseconds(long timestamp) => Stopwatch.Frequency == 1_000_000_000
        ? timestamp
        : (long)((Int128)timestamp * 1_000_000_000 / Stopwatch.Frequency);

    // An absolute deadline cannot drift, and an interrupted sleep (EINTR) is simply repeated.
    private static void SleepOnLinux(long deadline)
    {
        var at = new TimeSpec { Seconds = (nint)(deadline / 1_000_000_000), Nanoseconds = (nint)(deadline % 1_000_000_000) };
        while (Now < deadline && ClockNanosleep(ClockMonotonic, TimerAbsolute, in at, 0) != 0)
        {
        }
    }

    private static void SleepPortably(long deadline)
    {
        for (var left = deadline - Now; left > 0; left = deadline - Now)
        {
            if (left > SleepSlack)
                Thread.Sleep((int)((left - SleepSlack) / 1_000_000) + 1);
            else
                Thread.Yield();
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_nanosleep")]
    private static partial int ClockNanosleep(int clock, int flags, in TimeSpec at, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
