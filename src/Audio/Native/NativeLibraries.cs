// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Earshot.Audio.Native;

/// <summary>A native library is not on this machine. The message is one line that says what to install.</summary>
public sealed class NativeLibraryMissingException(string message) : Exception(message);

/// <summary>The one resolver for native libraries: the file names of each system, and what to install when none is there.</summary>
/// <remarks>
/// Debian's runtime packages carry <c>libopus.so.0</c> but no bare <c>libopus.so</c>, so the framework's own probing finds nothing.
/// Thread: any.
/// </remarks>
internal static class NativeLibraries
{
    /// <summary>Logical name of libopus.</summary>
    public const string Opus = "opus";

    /// <summary>Logical name of PortAudio.</summary>
    public const string PortAudio = "portaudio";

    private static readonly Dictionary<string, Names> Known = new()
    {
        [Opus] = new("libopus.so.0", "libopus.0.dylib", "opus.dll", "libopus0"),
        [PortAudio] = new("libportaudio.so.2", "libportaudio.2.dylib", "portaudio.dll", "libportaudio2"),
    };

    private static readonly ConcurrentDictionary<string, nint> Loaded = new();
    private static readonly ConcurrentDictionary<Assembly, bool> Resolved = new();

    /// <summary>Makes an assembly's imports of logical names find the system's files; before its first import, as often as one likes.</summary>
    public static void ResolveFor(Assembly assembly)
    {
        if (Resolved.TryAdd(assembly, true)) NativeLibrary.SetDllImportResolver(assembly, (name, _, _) => Load(name)); // a second would throw
    }

    /// <summary>Fails early and clearly when a library is missing.</summary>
    /// <param name="name">A logical name.</param>
    /// <exception cref="NativeLibraryMissingException">It is not there; one line that says what to install.</exception>
    public static void Require(string name)
    {
        if (Missing(name) is { } message) throw new NativeLibraryMissingException(message);
    }

    /// <summary>The line for the user when a library is not there; null when it is.</summary>
    public static string? Missing(string name) => Load(name) == 0 ? MissingMessage(name) : null;

    /// <summary>The line for the user when a library is missing.</summary>
    internal static string MissingMessage(string name)
    {
        var names = Known.GetValueOrDefault(name) ?? new Names(name, name, name, name);
        if (OperatingSystem.IsLinux()) return $"{names.Linux} is missing: apt-get install {names.DebianPackage}";
        return OperatingSystem.IsWindows()
            ? $"{names.Windows} is missing: put it beside the program"
            : $"{names.Mac} is missing: brew install {name}";
    }

    private static nint Load(string name) => Loaded.GetOrAdd(name, static logical =>
    {
        if (!Known.TryGetValue(logical, out var names)) return 0; // the framework's own probing
        var file = OperatingSystem.IsWindows() ? names.Windows : OperatingSystem.IsMacOS() ? names.Mac : names.Linux;
        return NativeLibrary.TryLoad(file, typeof(NativeLibraries).Assembly, null, out var handle) ? handle : 0;
    });

    private sealed record Names(string Linux, string Mac, string Windows, string DebianPackage);
}
