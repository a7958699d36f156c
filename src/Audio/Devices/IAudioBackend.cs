// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Devices;

/// <summary>A way to reach sound cards: PortAudio, WAV files, the null device; NAudio would be another.</summary>
/// <remarks>Thread: any thread that may block; never a real-time one.</remarks>
public interface IAudioBackend
{
    /// <summary>Short lower-case name, e.g. <c>portaudio</c>, <c>file</c>, <c>null</c>.</summary>
    string Name { get; }

    /// <summary>What can be opened now.</summary>
    /// <exception cref="AudioDeviceException">The back end cannot be used; the message says what to do.</exception>
    IReadOnlyList<AudioDevice> ListDevices();

    /// <summary>Opens a microphone. The stream is stopped until <see cref="IAudioStream.Start"/>.</summary>
    /// <param name="device">A name or part of one, or null for the default device.</param>
    /// <param name="request">What is wished for; what was granted is in <see cref="IAudioStream.Format"/>.</param>
    /// <param name="sink">Gets every block: 16-bit PCM, mono, 48 kHz, whatever the device runs at.</param>
    /// <exception cref="AudioDeviceException">No such device, in use, or refused; one line that says what to do.</exception>
    ICaptureStream OpenCapture(string? device, AudioStreamRequest request, ICaptureSink sink);

    /// <summary>Opens a speaker. The stream is stopped until <see cref="IAudioStream.Start"/>.</summary>
    /// <param name="device">A name or part of one, or null for the default device.</param>
    /// <param name="request">What is wished for; what was granted is in <see cref="IAudioStream.Format"/>.</param>
    /// <param name="source">Asked for every block: 16-bit PCM, mono, 48 kHz, whatever the device runs at.</param>
    /// <exception cref="AudioDeviceException">No such device, in use, or refused; one line that says what to do.</exception>
    IPlaybackStream OpenPlayback(string? device, AudioStreamRequest request, IPlaybackSource source);
}

/// <summary>What a back end says of one device.</summary>
/// <param name="Backend">The back end's name.</param>
/// <param name="Name">The device's name as the system shows it.</param>
/// <param name="HostApi">The system's interface it is reached by, e.g. <c>JACK</c>, <c>ALSA</c>.</param>
/// <param name="InputChannels">Channels it can capture, 0 if none.</param>
/// <param name="OutputChannels">Channels it can play, 0 if none.</param>
/// <param name="DefaultSampleRate">Hz.</param>
/// <param name="IsDefaultInput">Taken when no microphone is named.</param>
/// <param name="IsDefaultOutput">Taken when no speaker is named.</param>
/// <param name="InputLatency">As the system reports it for low-latency use; null when it reports none or nonsense.</param>
/// <param name="OutputLatency">As the system reports it for low-latency use; null when it reports none or nonsense.</param>
public sealed record AudioDevice(
    string Backend,
    string Name,
    string HostApi,
    int InputChannels,
    int OutputChannels,
    double DefaultSampleRate,
    bool IsDefaultInput,
    bool IsDefaultOutput,
    TimeSpan? InputLatency,
    TimeSpan? OutputLatency);

/// <summary>What is wished for when a stream is opened.</summary>
/// <param name="BlockSamples">Samples at 48 kHz of one block (120 to 960: 2.5 to 20 ms).</param>
public readonly record struct AudioStreamRequest(int BlockSamples = 480);

/// <summary>What was granted: the device's own side, before conversion to the engine's 48 kHz mono.</summary>
/// <param name="DeviceSampleRate">Hz on the device's side.</param>
/// <param name="DeviceChannels">Channels on the device's side.</param>
/// <param name="BlockSamples">Samples at 48 kHz that each callback carries; 0 when it varies.</param>
/// <param name="Latency">The stream's latency as reported; null when unknown or nonsense.</param>
/// <param name="Remark">What was refused or converted and why, for people; null when all was granted.</param>
public readonly record struct AudioStreamFormat(
    double DeviceSampleRate, int DeviceChannels, int BlockSamples, TimeSpan? Latency, string? Remark);

/// <summary>An open device.</summary>
/// <remarks>Thread: control calls come from one non-real-time thread at a time; the counters may be read from any.</remarks>
public interface IAudioStream : IDisposable
{
    /// <summary>The device's name.</summary>
    string DeviceName { get; }

    /// <summary>What was granted.</summary>
    AudioStreamFormat Format { get; }

    /// <summary>Starts the callbacks.</summary>
    /// <exception cref="AudioDeviceException">The device refused.</exception>
    void Start();

    /// <summary>Stops the callbacks. Returns within 2 s even when the device hangs.</summary>
    void Stop();

    /// <summary>False once the device has gone or the stream was stopped.</summary>
    bool IsRunning { get; }

    /// <summary>Under- and overruns so far.</summary>
    long Xruns { get; }

    /// <summary>Monotonic nanoseconds (the line of <see cref="System.Diagnostics.Stopwatch"/>) of the last callback; 0 before the first.</summary>
    long LastCallbackAt { get; }
}

/// <summary>An open microphone.</summary>
public interface ICaptureStream : IAudioStream;

/// <summary>An open speaker.</summary>
public interface IPlaybackStream : IAudioStream;

/// <summary>Takes what a microphone captures.</summary>
public interface ICaptureSink
{
    /// <summary>One block from the device.</summary>
    /// <param name="block">16-bit PCM, mono, 48 kHz; 120 to 960 samples; valid during the call only.</param>
    /// <param name="capturedAt">Monotonic nanoseconds at which the first sample met the converter, as well as the device knows.</param>
    /// <remarks>Thread: capture. Real-time: no allocation, lock or system call.</remarks>
    void OnCaptured(ReadOnlySpan<short> block, long capturedAt);
}

/// <summary>Gives what a speaker plays.</summary>
public interface IPlaybackSource
{
    /// <summary>Fills one block for the device, all of it.</summary>
    /// <param name="block">16-bit PCM, mono, 48 kHz; 120 to 960 samples; holds rubbish on entry.</param>
    /// <param name="playsAt">Monotonic nanoseconds at which the first sample will meet the converter, as well as the device knows.</param>
    /// <remarks>Thread: playback. Real-time: no allocation, lock or system call.</remarks>
    void OnPlayback(Span<short> block, long playsAt);
}

/// <summary>A device cannot be used. The message is one line that says what is wrong and what to do.</summary>
public sealed class AudioDeviceException : Exception
{
    /// <summary>Creates it with a line for the user.</summary>
    public AudioDeviceException(string message)
        : base(message)
    {
    }

    /// <summary>Creates it with a line for the user and its cause.</summary>
    public AudioDeviceException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}
