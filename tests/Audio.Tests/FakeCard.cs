// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices;

namespace Earshot.Audio.Tests;

/// <summary>A card whose callbacks and clock the test makes.</summary>
internal sealed class FakeCard : IAudioBackend, ICaptureStream, IPlaybackStream
{
    public ICaptureSink? Sink { get; private set; }

    public IPlaybackSource? Source { get; private set; }

    public string Name => "fake";

    public string DeviceName => "fake card";

    public AudioStreamFormat Format => new(48_000, 1, 480, null, null);

    public Exception? LookDefect { get; set; }

    public bool IsRunning
    {
        get => LookDefect is { } defect ? throw defect : field;
        set;
    }

    public long Xruns => 0;

    public long LastCallbackAt { get; set; }

    public IReadOnlyList<AudioDevice> ListDevices() => [];

    public ICaptureStream OpenCapture(string? device, AudioStreamRequest request, ICaptureSink sink)
    {
        Sink = sink;
        return this;
    }

    public IPlaybackStream OpenPlayback(string? device, AudioStreamRequest request, IPlaybackSource source)
    {
        Source = source;
        return this;
    }

    public void Start() => IsRunning = true;

    public void Stop() => IsRunning = false;

    public void Dispose() => Stop();
}
