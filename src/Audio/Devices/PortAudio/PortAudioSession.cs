// SPDX-License-Identifier: MIT
using Earshot.Audio.Native;

namespace Earshot.Audio.Devices.PortAudio;

/// <summary>PortAudio initialized for as long as somebody uses it: its device list is a snapshot of that moment.</summary>
/// <remarks>Thread: any ordinary one; calls take a lock.</remarks>
internal static class PortAudioSession
{
    private static readonly Lock Gate = new();
    private static int _users;
    private static bool _hangs;

    /// <summary>Begins a use; the first one initializes PortAudio and so looks for devices anew.</summary>
    /// <exception cref="AudioDeviceException">PortAudio is missing or broken.</exception>
    public static void Enter()
    {
        lock (Gate)
        {
            if (_hangs)
                throw new AudioDeviceException("the sound system hangs since its server went away: start the program again");
            if (_users == 0)
                Initialize();
            _users++;
        }
    }

    /// <summary>Ends a use; the last one gives PortAudio back.</summary>
    public static void Leave()
    {
        lock (Gate)
        {
            if (--_users == 0 && !_hangs)
                _ = NativeEnvironment.Silently(PortAudioNative.Pa_Terminate);
        }
    }

    /// <summary>A stream could not be closed in time; the library must not be touched again.</summary>
    public static void MarkHanging()
    {
        lock (Gate)
            _hangs = true;
    }

    private static void Initialize()
    {
        try
        {
            NativeEnvironment.Prepare();
            NativeLibraries.ResolveFor(typeof(PortAudioNative).Assembly);
            var error = NativeEnvironment.Silently(PortAudioNative.Pa_Initialize);
            if (error != 0)
                throw new AudioDeviceException($"PortAudio does not start: {PortAudioNative.ErrorText(error)}");
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw new AudioDeviceException($"{NativeLibraries.MissingMessage(NativeLibraries.PortAudio)}; file:, tone:, silence and null work without it", e);
        }
    }
}
