// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices;
using Earshot.Audio.Devices.Clock;
using Earshot.Audio.Files;

namespace Earshot;

/// <summary>A speaker's file that outlives the card it belongs to: the next call, on a card opened anew, adds to it.</summary>
/// <remarks>Thread: opened and closed by one at a time (<see cref="PhoneSound"/>'s lock); written by the open stream's clock thread.</remarks>
/// <param name="path">Created or replaced when it is opened first.</param>
internal sealed class KeptSpeakerFile(string path) : IAudioBackend, IDisposable
{
    private WavWriter? _file;
    private volatile Keeper? _keeper;

    /// <inheritdoc/>
    public string Name => "file";

    /// <inheritdoc/>
    public IReadOnlyList<AudioDevice> ListDevices() => [];

    /// <inheritdoc/>
    public ICaptureStream OpenCapture(string? device, AudioStreamRequest request, ICaptureSink sink) =>
        throw new NotSupportedException("it is a speaker");

    /// <inheritdoc/>
    public IPlaybackStream OpenPlayback(string? device, AudioStreamRequest request, IPlaybackSource source)
    {
        _file ??= WavWriter.Create(path);
        var format = new AudioStreamFormat(48_000, 1, Math.Clamp(request.BlockSamples, 120, 960), TimeSpan.Zero, null);
        return new ClockedPlayback(path, format, source, _keeper = new Keeper(this, _file));
    }

    /// <summary>Closes the file, after the last stream.</summary>
    public void Dispose() => _file?.Dispose();

    // The stream ends with its card, the file does not.
    private sealed class Keeper(KeptSpeakerFile owner, WavWriter file) : IBlockKeeper
    {
        // A card that hung while it closed may come back: the file belongs to the one opened since.
        public void Keep(ReadOnlySpan<short> block)
        {
            if (owner._keeper == this) file.Append(block);
        }

        public void Dispose()
        {
        }
    }
}
