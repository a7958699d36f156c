// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Earshot.Cli;

/// <summary>What kind of terminal this is, if any.</summary>
internal static partial class Terminal
{
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

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int tcgetpgrp(int descriptor);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int getpgrp();
}
