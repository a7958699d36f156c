// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Devices.PortAudio;

/// <summary>Sound cards through PortAudio (JACK under PipeWire, ALSA, and what else its build knows).</summary>
internal sealed class PortAudioBackend : IAudioBackend
{
    /// <inheritdoc/>
    public string Name => "portaudio";

    /// <inheritdoc/>
    public IReadOnlyList<AudioDevice> ListDevices()
    {
        PortAudioSession.Enter();
        try
        {
            return PortAudioDevices.List().ConvertAll(d => d.Device);
        }
        finally
        {
            PortAudioSession.Leave();
        }
    }

    /// <inheritdoc/>
    public ICaptureStream OpenCapture(string? device, AudioStreamRequest request, ICaptureSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return Open(device, isCapture: true, d => PortAudioStream.OpenCapture(d, request, sink));
    }

    /// <inheritdoc/>
    public IPlaybackStream OpenPlayback(string? device, AudioStreamRequest request, IPlaybackSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Open(device, isCapture: false, d => PortAudioStream.OpenPlayback(d, request, source));
    }

    // The session is the stream's from here on: it leaves when the stream is disposed.
    private static PortAudioStream Open(string? device, bool isCapture, Func<NumberedDevice, PortAudioStream> open)
    {
        PortAudioSession.Enter();
        try
        {
            return open(PortAudioDevices.Find(PortAudioDevices.List(), device, isCapture));
        }
        catch
        {
            PortAudioSession.Leave();
            throw;
        }
    }
}
