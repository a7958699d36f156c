// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Earshot.Audio.Devices.Clock;

/// <summary>Asks the system to prefer the calling thread.</summary>
internal static partial class RealtimePriority
{
    private const int RoundRobin = 2;
    private const int ResetOnFork = 0x4000_0000;
    private const int ThreadScope = 0;

    /// <summary>Below PipeWire's and JACK's threads (20 and more): they feed us.</summary>
    private const int Level = 10;

    /// <summary>Nice value where the real-time class is refused; PipeWire's own fallback.</summary>
    private const int Nice = -11;

    /// <summary>Raises the calling thread as far as the system allows and says in a few words what was granted.</summary>
    public static string Raise()
    {
        if (!OperatingSystem.IsLinux())
        {
            Thread.CurrentThread.Priority = ThreadPriority.Highest;
            return "highest thread priority";
        }

        // On Linux pid 0 names the calling thread in both calls.
        if (SchedSetScheduler(0, RoundRobin | ResetOnFork, Level) == 0)
            return $"real-time priority {Level}";
        return SetPriority(ThreadScope, 0, Nice) == 0 ? $"nice {Nice}" : "normal priority (real-time refused: see ulimit -r)";
    }

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SchedSetScheduler(int pid, int policy, in int priority);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int nice);
}
