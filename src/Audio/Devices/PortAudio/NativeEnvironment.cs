// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Earshot.Audio.Devices.PortAudio;

/// <summary>What PortAudio's libraries read from the process: environment variables and the error stream.</summary>
/// <remarks>Thread: the one that initializes PortAudio. .NET keeps a copy of the environment, so C libraries need <c>setenv</c>.</remarks>
internal static partial class NativeEnvironment
{
    private const int WriteOnly = 1;
    private static string? _alsaDefault;

    /// <summary>Sets what must be set before Pa_Initialize.</summary>
    public static void Prepare()
    {
        if (!OperatingSystem.IsLinux())
            return;
        // Otherwise libjack tries to start a server of its own, which takes seconds and fails loudly.
        _ = SetEnv("JACK_NO_START_SERVER", "1", 1);
        GuardAlsaDefault();
    }

    /// <summary>Runs something while the process's error stream goes nowhere: ALSA and JACK talk a lot on healthy systems.</summary>
    public static int Silently(Func<int> action)
    {
        if (OperatingSystem.IsWindows())
            return action();
        var saved = Dup(2);
        var nowhere = Open("/dev/null", WriteOnly);
        if (saved >= 0 && nowhere >= 0)
            _ = Dup2(nowhere, 2);
        try
        {
            return action();
        }
        finally
        {
            if (saved >= 0)
                _ = (Dup2(saved, 2), Close(saved));
            if (nowhere >= 0)
                _ = Close(nowhere);
        }
    }

    // Debian's PortAudio 19.6 aborts the process when a private ALSA configuration has no pcm.default.
    // ALSA takes a list of files; "?" defines only what is not there yet.
    private static void GuardAlsaDefault()
    {
        var path = Environment.GetEnvironmentVariable("ALSA_CONFIG_PATH");
        if (string.IsNullOrEmpty(path) || _alsaDefault is not null)
            return;
        _alsaDefault = Path.Combine(Directory.CreateTempSubdirectory("earshot-").FullName, "default.conf");
        File.WriteAllText(_alsaDefault, "pcm.?default { type null }\n");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path.GetDirectoryName(_alsaDefault)!, recursive: true);
        _ = SetEnv("ALSA_CONFIG_PATH", $"{path}:{_alsaDefault}", 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Dup(int file);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Dup2(int file, int target);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
