// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Earshot.Audio.Devices.Clock;
using Earshot.Audio.Devices.Conversion;

namespace Earshot.Audio.Devices.PortAudio;

/// <summary>One direction of a sound card in PortAudio's callback mode.</summary>
/// <remarks>
/// Thread: control from one ordinary thread at a time; the callback on PortAudio's or the server's real-time thread.
/// A server that was killed makes Pa_AbortStream and Pa_CloseStream hang for minutes, so they run on a thread that may be left behind.
/// </remarks>
internal sealed unsafe class PortAudioStream : ICaptureStream, IPlaybackStream, IGuardedStream
{
    private const ulong XrunFlags = 1 | 2 | 4 | 8; // input underflow, input overflow, output underflow, output overflow
    private const double MaxSaneOffset = 0.5;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);
    private readonly CaptureBridge? _capture;
    private readonly PlaybackBridge? _playback;
    private readonly int _channels;
    private readonly double _rate;
    private readonly AudioStreamFormat _format;
    private readonly bool _followsDevice;
    private nint _stream;
    private GCHandle _self;
    private volatile bool _started;
    private volatile bool _hangs;
    private bool _disposed;
    private int _granted;
    private long _xruns;
    private long _lastCallbackAt;

    private PortAudioStream(NumberedDevice device, StreamChoice choice, AudioStreamRequest request, ICaptureSink? sink, IPlaybackSource? source)
    {
        var block = Math.Clamp(request.BlockSamples, 120, 960);
        (_rate, _channels) = (choice.SampleRate, choice.Parameters.ChannelCount);
        DeviceName = device.Device.Name;
        // JACK's period is the server's alone; elsewhere, and at 48 kHz, PortAudio adapts what it gets from the system to our block.
        _followsDevice = _rate != 48_000 || device.Device.HostApi.StartsWith("JACK", StringComparison.Ordinal);
        var remark = _rate == 48_000 ? null : $"converted between {_rate} Hz and 48000 Hz";
        var latency = sink is null ? device.Device.OutputLatency : device.Device.InputLatency;
        _format = new AudioStreamFormat(_rate, _channels, _followsDevice ? 0 : block, latency, remark);
        if (sink is not null)
            _capture = new CaptureBridge(sink, _rate, _channels, block);
        if (source is not null)
            _playback = new PlaybackBridge(source, _rate, _channels, block);
        Warm(block);
        Open(choice, block);
    }

    /// <inheritdoc/>
    public string DeviceName { get; }

    /// <inheritdoc/>
    public AudioStreamFormat Format => Volatile.Read(ref _granted) is var granted && granted > 0 && _rate == 48_000
        ? _format with { BlockSamples = DeviceBlocks.For(granted, granted) }
        : _format;

    /// <inheritdoc/>
    public bool IsRunning => _started && !_hangs && PortAudioNative.Pa_IsStreamActive(_stream) == 1;

    /// <inheritdoc/>
    public long Xruns => Interlocked.Read(ref _xruns);

    /// <inheritdoc/>
    public long LastCallbackAt => Interlocked.Read(ref _lastCallbackAt);

    /// <inheritdoc/>
    public CallbackDefects Defects { get; } = new();

    /// <summary>Opens a microphone, stopped.</summary>
    public static PortAudioStream OpenCapture(NumberedDevice device, AudioStreamRequest request, ICaptureSink sink) =>
        new(device, StreamChoice.For(device, request, isCapture: true), request, sink, null);

    /// <summary>Opens a speaker, stopped.</summary>
    public static PortAudioStream OpenPlayback(NumberedDevice device, AudioStreamRequest request, IPlaybackSource source) =>
        new(device, StreamChoice.For(device, request, isCapture: false), request, null, source);

    /// <inheritdoc/>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_started)
            return;
        var error = PortAudioNative.Pa_StartStream(_stream);
        if (error != 0)
            throw new AudioDeviceException($"{DeviceName} does not start: {PortAudioNative.ErrorText(error)}");
        _started = true;
    }

    /// <inheritdoc/>
    public void Stop()
    {
        if (!_started)
            return;
        _started = false;
        Expendably(() => PortAudioNative.Pa_AbortStream(_stream));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        Stop();
        _disposed = true;
        if (!_hangs)
            Expendably(() => PortAudioNative.Pa_CloseStream(_stream));
        if (_hangs)
            return; // the callback may still come: its handle and the library stay
        _self.Free();
        PortAudioSession.Leave();
    }

    /// <summary>Seconds from now to a converter's time, unless the host's clock says nonsense.</summary>
    internal static long SaneOffset(double at, double current, long otherwise)
    {
        var offset = at - current;
        return at > 0 && Math.Abs(offset) < MaxSaneOffset ? (long)(offset * 1e9) : otherwise;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnCallback(void* input, void* output, CULong frames, PortAudioNative.StreamTimes* times, CULong flags, void* user)
    {
        var stream = (PortAudioStream)GCHandle.FromIntPtr((nint)user).Target!;
        stream.MoveGuarded((short*)input, (short*)output, (int)frames.Value, *times, flags.Value);
        return 0;
    }

    /// <summary>One callback. Nothing it calls may throw through it: above it are the sound system's native frames.</summary>
    internal void MoveGuarded(short* input, short* output, int frames, PortAudioNative.StreamTimes times, ulong flags)
    {
        try
        {
            Move(input, output, frames, times, flags);
        }
        catch (Exception defect)
        {
            if (output != null)
                new Span<short>(output, frames * _channels).Clear();
            Defects.Note(defect);
        }
    }

    private void Move(short* input, short* output, int frames, PortAudioNative.StreamTimes times, ulong flags)
    {
        var now = MonotonicClock.Now;
        Interlocked.Exchange(ref _lastCallbackAt, now);
        if ((flags & XrunFlags) != 0)
            Interlocked.Increment(ref _xruns);
        Volatile.Write(ref _granted, frames);
        var period = (long)(frames * 1e9 / _rate);
        if (_capture is not null && input != null)
            _capture.Take(new ReadOnlySpan<short>(input, frames * _channels), now + SaneOffset(times.InputAdc, times.Current, -period) + period);
        if (_playback is not null && output != null)
            _playback.Fill(new Span<short>(output, frames * _channels), now + SaneOffset(times.OutputDac, times.Current, period));
    }

    // The first pass through managed code costs about 1 ms of compilation: on scratch, before the device waits for it.
    private void Warm(int block)
    {
        var samples = new short[block * _channels * 2];
        var nobody = new Nobody();
        for (var i = 0; i < 3; i++)
        {
            if (_capture is not null)
                new CaptureBridge(nobody, _rate, _channels, block).Take(samples, 0);
            else
                new PlaybackBridge(nobody, _rate, _channels, block).Fill(samples, 0);
        }
    }

    private void Open(StreamChoice choice, int block)
    {
        _self = GCHandle.Alloc(this);
        var parameters = choice.Parameters;
        nint stream;
        var frames = _followsDevice ? 0u : (uint)block;
        var error = PortAudioNative.Pa_OpenStream(
            &stream, _capture is null ? null : &parameters, _capture is null ? &parameters : null, _rate,
            new CULong(frames), new CULong(PortAudioNative.DitherOff), &OnCallback, GCHandle.ToIntPtr(_self));
        _stream = stream;
        if (error == 0)
            return;
        _self.Free();
        throw StreamChoice.Refusal(DeviceName, error);
    }

    private void Expendably(Func<int> action)
    {
        var thread = new Thread(() => action()) { IsBackground = true, Name = "portaudio stop" };
        thread.Start();
        if (thread.Join(StopLimit))
            return;
        _hangs = true;
        PortAudioSession.MarkHanging();
    }

    private sealed class Nobody : ICaptureSink, IPlaybackSource
    {
        public void OnCaptured(ReadOnlySpan<short> block, long capturedAt)
        {
        }

        public void OnPlayback(Span<short> block, long playsAt) => block.Clear();
    }
}
