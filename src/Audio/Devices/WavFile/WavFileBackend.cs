// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices.Clock;
using Earshot.Audio.Files;

namespace Earshot.Audio.Devices.WavFile;

/// <summary>WAV files as sound cards: a file that is heard as a microphone hears, a file that keeps what a speaker plays.</summary>
/// <param name="loop">Begin again at the file's end instead of falling silent.</param>
internal sealed class WavFileBackend(bool loop) : IAudioBackend
{
    /// <inheritdoc/>
    public string Name => loop ? "file+loop" : "file";

    /// <inheritdoc/>
    public IReadOnlyList<AudioDevice> ListDevices() => [];

    /// <inheritdoc/>
    public ICaptureStream OpenCapture(string? device, AudioStreamRequest request, ICaptureSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        var reader = WavReader.Open(PathOf(device));
        var format = FormatFor(request, reader.Format.SampleRate, reader.Format.Channels);
        return new ClockedCapture(PathOf(device), format, new WavFiller(reader, loop), sink);
    }

    /// <inheritdoc/>
    public IPlaybackStream OpenPlayback(string? device, AudioStreamRequest request, IPlaybackSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new ClockedPlayback(PathOf(device), FormatFor(request, 48_000, 1), source, WavWriter.Create(PathOf(device)));
    }

    private static string PathOf(string? device) =>
        device ?? throw new AudioDeviceException("a file end needs a path: file:PATH.wav");

    private static AudioStreamFormat FormatFor(AudioStreamRequest request, int rate, int channels)
    {
        var remark = (rate, channels) == (48_000, 1) ? null : $"converted from {rate} Hz, {(channels == 2 ? "stereo" : "mono")}";
        return new AudioStreamFormat(rate, channels, Math.Clamp(request.BlockSamples, 120, 960), TimeSpan.Zero, remark);
    }
}
