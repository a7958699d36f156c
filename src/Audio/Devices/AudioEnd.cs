// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices.Null;
using Earshot.Audio.Devices.PortAudio;
using Earshot.Audio.Devices.WavFile;

namespace Earshot.Audio.Devices;

/// <summary>A microphone or a speaker as the user names it: a back end and the name within it.</summary>
/// <param name="Backend">Opens it.</param>
/// <param name="Device">The name for <see cref="IAudioBackend.OpenCapture"/> or <see cref="IAudioBackend.OpenPlayback"/>; null is the default.</param>
internal sealed record AudioEnd(IAudioBackend Backend, string? Device)
{
    /// <summary>Opens it as a microphone, stopped.</summary>
    public ICaptureStream OpenCapture(AudioStreamRequest request, ICaptureSink sink) => Backend.OpenCapture(Device, request, sink);

    /// <summary>Opens it as a speaker, stopped.</summary>
    public IPlaybackStream OpenPlayback(AudioStreamRequest request, IPlaybackSource source) => Backend.OpenPlayback(Device, request, source);
}

/// <summary>Reads the SOURCE and SINK words of the command.</summary>
internal static class AudioEnds
{
    /// <summary>Real sound cards.</summary>
    public static IAudioBackend Cards { get; } = new PortAudioBackend();

    /// <summary>Devices without sound.</summary>
    public static IAudioBackend Null { get; } = new NullBackend();

    /// <summary>WAV files, played once.</summary>
    public static IAudioBackend Files { get; } = new WavFileBackend(loop: false);

    /// <summary>WAV files, played again and again.</summary>
    public static IAudioBackend LoopedFiles { get; } = new WavFileBackend(loop: true);

    /// <summary>Reads <c>device[:NAME]</c>, <c>file:PATH.wav</c>, <c>file+loop:PATH.wav</c>, <c>tone:HZ</c> or <c>silence</c>.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="error">One line for the user when it is none of these.</param>
    /// <returns>The end, or null.</returns>
    public static AudioEnd? ParseSource(string text, out string error)
    {
        ArgumentNullException.ThrowIfNull(text);
        error = "";
        if (text == "silence" || NullBackend.TryParseTone(text, out _))
            return new AudioEnd(Null, text);
        if (ParseShared(text) is { } end)
            return end;
        if (After(text, "file+loop:") is { Length: > 0 } looped)
            return new AudioEnd(LoopedFiles, looped);
        error = $"'{text}' is no sound source: write device, device:NAME, file:PATH.wav, file+loop:PATH.wav, tone:HZ (1 to 24000) or silence";
        return null;
    }

    /// <summary>Reads <c>device[:NAME]</c>, <c>file:PATH.wav</c> or <c>null</c>.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="error">One line for the user when it is none of these.</param>
    /// <returns>The end, or null.</returns>
    public static AudioEnd? ParseSink(string text, out string error)
    {
        ArgumentNullException.ThrowIfNull(text);
        error = "";
        if (text == "null")
            return new AudioEnd(Null, null);
        if (ParseShared(text) is { } end)
            return end;
        error = $"'{text}' is no sound sink: write device, device:NAME, file:PATH.wav or null";
        return null;
    }

    private static AudioEnd? ParseShared(string text)
    {
        if (text == "device")
            return new AudioEnd(Cards, null);
        if (After(text, "device:") is { Length: > 0 } name)
            return new AudioEnd(Cards, name);
        return After(text, "file:") is { Length: > 0 } path ? new AudioEnd(Files, path) : null;
    }

    private static string? After(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : null;
}
