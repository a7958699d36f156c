// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Devices.PortAudio;

/// <summary>Sound cards through PortAudio (JACK under PipeWire, ALSA, and what else its build knows).</summary>
internal sealed class PortAudioBackend : IAudioBackend
{
    /// <inheritdoc/>
    public string Name => "portaudio";

    /// <inheritdoc/>
    public IReadOnlyList<AudioDevice> ListDevices() => throw new AudioDeviceException("sound cards are not reached yet");

    /// <inheritdoc/>
    public ICaptureStream OpenCapture(string? device, AudioStreamRequest request, ICaptureSink sink) =>
        throw new AudioDeviceException("sound cards are not reached yet");

    /// <inheritdoc/>
    public IPlaybackStream OpenPlayback(string? device, AudioStreamRequest request, IPlaybackSource source) =>
        throw new AudioDeviceException("sound cards are not reached yet");
}
