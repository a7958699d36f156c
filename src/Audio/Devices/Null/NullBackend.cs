// SPDX-License-Identifier: MIT
using System.Globalization;
using Earshot.Audio.Devices.Clock;

namespace Earshot.Audio.Devices.Null;

/// <summary>Devices without sound: a speaker that nobody hears, a silent microphone, one that hears a steady tone.</summary>
internal sealed class NullBackend : IAudioBackend
{
    private const string TonePrefix = "tone:";
    private static readonly AudioDevice Device =
        new("null", "null", "clock", 1, 1, 48_000, IsDefaultInput: true, IsDefaultOutput: true, TimeSpan.Zero, TimeSpan.Zero);

    /// <inheritdoc/>
    public string Name => "null";

    /// <inheritdoc/>
    public IReadOnlyList<AudioDevice> ListDevices() => [Device];

    /// <inheritdoc/>
    public ICaptureStream OpenCapture(string? device, AudioStreamRequest request, ICaptureSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        var frequency = 0.0;
        if (device is not (null or "silence") && !TryParseTone(device, out frequency))
            throw new AudioDeviceException($"no such source '{device}': write silence or tone:HZ with 1 to 24000 Hz");
        return new ClockedCapture(device ?? "silence", FormatFor(request), new ToneFiller(frequency), sink);
    }

    /// <inheritdoc/>
    public IPlaybackStream OpenPlayback(string? device, AudioStreamRequest request, IPlaybackSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new ClockedPlayback("null", FormatFor(request), source, keeper: null);
    }

    /// <summary>Reads <c>tone:HZ</c>.</summary>
    internal static bool TryParseTone(string text, out double frequency)
    {
        frequency = 0;
        return text.StartsWith(TonePrefix, StringComparison.Ordinal)
            && double.TryParse(text.AsSpan(TonePrefix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out frequency)
            && frequency is >= 1 and <= 24_000;
    }

    private static AudioStreamFormat FormatFor(AudioStreamRequest request) =>
        new(48_000, 1, Math.Clamp(request.BlockSamples, 120, 960), TimeSpan.Zero, null);
}
