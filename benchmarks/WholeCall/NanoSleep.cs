// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Earshot.WholeCall;

/// <summary>Sleeps for less than a millisecond; the framework's sleep would give the processor away and come back at once, and so take a whole core from those who are measured.</summary>
internal static partial class NanoSleep
{
    public static void For(long nanoseconds)
    {
        Span<long> time = [0, nanoseconds]; // struct timespec
        _ = Sleep(ref time[0], 0);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int Sleep(ref long time, nint remaining);
}
