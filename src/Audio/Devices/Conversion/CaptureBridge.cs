// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices.Clock;
using Earshot.Audio.Dsp;

namespace Earshot.Audio.Devices.Conversion;

/// <summary>Turns a device's blocks (any rate, length, 1–2 channels) into the engine's blocks of 48 kHz mono.</summary>
/// <remarks>Thread: the device's. Real-time: no allocation, lock or system call.</remarks>
internal sealed class CaptureBridge
{
    private readonly ICaptureSink _sink;
    private readonly RateConverter? _converter;
    private readonly int _channels;
    private readonly int _wanted;
    private readonly short[] _block = new short[DeviceBlocks.Longest];
    private readonly short[] _mono = new short[1024];
    private int _size;
    private int _filled;

    /// <summary>Prepares for a device.</summary>
    public CaptureBridge(ICaptureSink sink, double deviceRate, int channels, int blockSamples)
    {
        _sink = sink;
        _channels = channels;
        _wanted = _size = blockSamples;
        _converter = deviceRate == 48_000 ? null : new RateConverter(deviceRate, 48_000);
    }

    /// <summary>Takes one device block.</summary>
    /// <param name="device">Interleaved samples.</param>
    /// <param name="endsAt">Monotonic nanoseconds at which its last sample was captured.</param>
    public void Take(ReadOnlySpan<short> device, long endsAt)
    {
        var frames = device.Length / _channels;
        if (_converter is null && _filled == 0)
            _size = DeviceBlocks.For(frames, _wanted);
        for (var done = 0; done < frames;)
        {
            var mono = _mono.AsSpan(0, Math.Min(frames - done, _mono.Length));
            Downmix(device.Slice(done * _channels, mono.Length * _channels), mono);
            done += mono.Length;
            // Which part of the device block is still to come tells the stamp of what is complete now.
            Convert(mono, endsAt - (_converter is null ? MonotonicClock.SamplesToNanoseconds(frames - done) : 0));
        }
    }

    private void Convert(ReadOnlySpan<short> mono, long endsAt)
    {
        while (!mono.IsEmpty)
        {
            var room = _block.AsSpan(_filled, _size - _filled);
            int used;
            if (_converter is null)
            {
                used = Math.Min(mono.Length, room.Length);
                mono[..used].CopyTo(room);
                _filled += used;
            }
            else
            {
                _filled += _converter.Convert(mono, room, out used);
            }

            mono = mono[used..];
            if (_filled == _size)
                Deliver(endsAt - MonotonicClock.SamplesToNanoseconds(mono.Length));
        }
    }

    private void Deliver(long endsAt)
    {
        _sink.OnCaptured(_block.AsSpan(0, _size), endsAt - MonotonicClock.SamplesToNanoseconds(_size));
        _filled = 0;
    }

    private void Downmix(ReadOnlySpan<short> device, Span<short> mono)
    {
        if (_channels == 1)
        {
            device.CopyTo(mono);
            return;
        }

        for (var i = 0; i < mono.Length; i++)
            mono[i] = (short)((device[2 * i] + device[(2 * i) + 1]) >> 1);
    }
}
