// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Earshot.Audio.Devices.PortAudio;

/// <summary>A device with its number in PortAudio's list.</summary>
internal readonly record struct NumberedDevice(int Index, AudioDevice Device);

/// <summary>Lists PortAudio's devices and finds one by name.</summary>
/// <remarks>Thread: an ordinary one, inside a <see cref="PortAudioSession"/>.</remarks>
internal static unsafe class PortAudioDevices
{
    /// <summary>Reported latencies beyond this are nonsense: under PipeWire's JACK 10^7 ms were seen.</summary>
    private const double MaxSaneSeconds = 2;

    /// <summary>All devices of all host interfaces.</summary>
    public static List<NumberedDevice> List()
    {
        var preferred = PreferredHostApi();
        var devices = new List<NumberedDevice>();
        for (var i = 0; i < PortAudioNative.Pa_GetDeviceCount(); i++)
        {
            var info = PortAudioNative.Pa_GetDeviceInfo(i);
            if (info == null)
                continue;
            var api = PortAudioNative.Pa_GetHostApiInfo(info->HostApi);
            devices.Add(new NumberedDevice(i, new AudioDevice(
                "portaudio",
                Text(info->Name),
                Text(api->Name).Replace(" Audio Connection Kit", "", StringComparison.Ordinal),
                Math.Max(0, info->MaxInputChannels),
                Math.Max(0, info->MaxOutputChannels),
                info->DefaultSampleRate,
                info->HostApi == preferred && api->DefaultInputDevice == i,
                info->HostApi == preferred && api->DefaultOutputDevice == i,
                Sane(info->DefaultLowInputLatency, info->MaxInputChannels),
                Sane(info->DefaultLowOutputLatency, info->MaxOutputChannels))));
        }

        return devices;
    }

    /// <summary>Finds a device: the default, or by exact name, then a beginning, then a part that only one has.</summary>
    /// <exception cref="AudioDeviceException">None or several; the line lists the names.</exception>
    public static NumberedDevice Find(IReadOnlyList<NumberedDevice> devices, string? name, bool isCapture)
    {
        var kind = isCapture ? "microphone" : "speaker";
        var able = devices.Where(d => (isCapture ? d.Device.InputChannels : d.Device.OutputChannels) > 0).ToList();
        if (able.Count == 0)
            throw new AudioDeviceException($"{(name is null ? $"no {kind} found" : $"no {kind} is named '{name}'")}: {Others(devices, kind)}");
        if (name is null)
            return able.Find(d => isCapture ? d.Device.IsDefaultInput : d.Device.IsDefaultOutput) is { Device: not null } found ? found : able[0];
        var match = Match(able, d => d.Equals(name, StringComparison.OrdinalIgnoreCase), unique: false)
            ?? Match(able, d => d.StartsWith(name, StringComparison.OrdinalIgnoreCase), unique: true)
            ?? Match(able, d => d.Contains(name, StringComparison.OrdinalIgnoreCase), unique: true);
        if (match is { } only)
            return only;
        var several = able.Count(d => d.Device.Name.Contains(name, StringComparison.OrdinalIgnoreCase)) > 1;
        var names = string.Join(", ", able.Select(d => d.Device.Name).Distinct());
        throw new AudioDeviceException($"{(several ? $"several {kind}s match" : $"no {kind} is named")} '{name}': there are {names}");
    }

    // A machine may have speakers and no microphone; without any card what works is still worth a word.
    private static string Others(IReadOnlyList<NumberedDevice> devices, string kind) => devices.Count == 0
        ? $"there is no sound card here; {(kind == "microphone" ? "file:PATH.wav, tone:HZ and silence" : "file:PATH.wav and null")} work without one"
        : $"there is none, only {string.Join(", ", devices.Select(d => d.Device.Name).Distinct())}";

    /// <summary>A latency as PortAudio reports it, or null when it is nonsense.</summary>
    public static TimeSpan? Sane(double seconds, int channels) =>
        channels > 0 && seconds is > 0 and < MaxSaneSeconds ? TimeSpan.FromSeconds(seconds) : null;

    private static NumberedDevice? Match(List<NumberedDevice> devices, Func<string, bool> matches, bool unique)
    {
        var found = devices.FindAll(d => matches(d.Device.Name));
        return found.Count == 0 || (unique && found.Count > 1) ? null : found[0];
    }

    // Where a JACK server answers (PipeWire included) it is the shortest way: 5.3 ms round trip at quantum 128 against 15–30 by ALSA's plugin.
    private static int PreferredHostApi()
    {
        for (var api = 0; api < PortAudioNative.Pa_GetHostApiCount(); api++)
        {
            var info = PortAudioNative.Pa_GetHostApiInfo(api);
            if (info->Type == PortAudioNative.JackHostApi && info->DeviceCount > 0)
                return api;
        }

        return PortAudioNative.Pa_GetDefaultHostApi();
    }

    private static string Text(nint text) => Marshal.PtrToStringUTF8(text) ?? "";
}
