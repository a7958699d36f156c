// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Runtime.InteropServices;

namespace Earshot.Cli;

/// <summary>What kind of terminal this is, if any.</summary>
internal static partial class Terminal
{
    private const short PollError = 8; // POLLERR, which is told unasked
    private const int InterruptSignal = 2;
    private const nint DefaultAction = 0;

    /// <summary>True when this process may read the terminal: a background job that reads it would be stopped (SIGTTIN).</summary>
    public static bool IsForeground
    {
        get
        {
            if (OperatingSystem.IsWindows()) return true;
            var owner = tcgetpgrp(0);
            return owner >= 0 && owner == getpgrp();
        }
    }

    /// <summary>True once nobody can read what we say: the other end of the pipe that standard output is has been closed.</summary>
    /// <remarks>The framework writes into such a pipe without a word.</remarks>
    public static bool IsOutputGone
    {
        get
        {
            if (OperatingSystem.IsWindows()) return false;
            var output = new Poll { Descriptor = 1 };
            return poll(ref output, 1, 0) > 0 && (output.Returned & PollError) != 0;
        }
    }

    /// <summary>A shell without job control starts what runs in its background deaf to SIGINT, and the framework leaves it so; a phone that is told to end should end.</summary>
    /// <remarks>Before anything else: a handler that the framework has installed must not be touched.</remarks>
    public static void HearInterrupts()
    {
        if (!OperatingSystem.IsLinux()) return;
        const string Ignored = "SigIgn:\t";
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith(Ignored, StringComparison.Ordinal));
        if (line is not null && ulong.TryParse(line.AsSpan(Ignored.Length), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var signals)
            && (signals & (1UL << (InterruptSignal - 1))) != 0)
        {
            _ = signal(InterruptSignal, DefaultAction);
        }
    }

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int tcgetpgrp(int descriptor);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int getpgrp();

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int poll(ref Poll descriptors, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint signal(int number, nint action);

    private struct Poll
    {
        public int Descriptor;
        public short Wanted;
        public short Returned;
    }
}
