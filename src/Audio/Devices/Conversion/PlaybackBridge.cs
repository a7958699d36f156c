// SPDX-License-Identifier: MIT
using Earshot.Audio.Dsp;

namespace Earshot.Audio.Devices.Conversion;

/// <summary>Turns the engine's blocks of 48 kHz mono into what a device asks for (any rate, length, 1–2 channels).</summary>
/// <remarks>Thread: the device's. Real-time: no allocation, lock or system call.</remarks>
internal sealed class PlaybackBridge
{
    private readonly IPlaybackSource _source;
    private readonly RateConverter? _converter;
    private readonly int _channels;
    private readonly double _deviceRate;
    private readonly int _wanted;
    private readonly short[] _block = new short[DeviceBlocks.Longest];
    private readonly short[] _mono = new short[1024];
    private int _size;
    private int _used;

    /// <summary>Prepares for a device.</summary>
    public PlaybackBridge(IPlaybackSource source, double deviceRate, int channels, int blockSamples)
    {
        _source = source;
        _channels = channels;
        _deviceRate = deviceRate;
        _wanted = _size = _used = blockSamples;
        _converter = deviceRate == 48_000 ? null : new RateConverter(48_000, deviceRate);
    }

    /// <summary>Fills one device block.</summary>
    /// <param name="device">Interleaved samples, all of them written.</param>
    /// <param name="playsAt">Monotonic nanoseconds at which the first of them plays.</param>
    public void Fill(Span<short> device, long playsAt)
    {
        var frames = device.Length / _channels;
        if (_converter is null && _used == _size)
            _size = _used = DeviceBlocks.For(frames, _wanted);
        for (var done = 0; done < frames;)
        {
            var wanted = _mono.AsSpan(0, Math.Min(frames - done, _mono.Length));
            var made = Pull(wanted, playsAt + (long)(done * 1e9 / _deviceRate));
            Spread(_mono.AsSpan(0, made), device.Slice(done * _channels, made * _channels));
            done += made;
        }
    }

    private int Pull(Span<short> wanted, long playsAt)
    {
        if (_used == _size)
        {
            _source.OnPlayback(_block.AsSpan(0, _size), playsAt);
            _used = 0;
        }

        var left = _block.AsSpan(_used, _size - _used);
        if (_converter is not null)
        {
            var made = _converter.Convert(left, wanted, out var used);
            _used += used;
            return made;
        }

        var count = Math.Min(left.Length, wanted.Length);
        left[..count].CopyTo(wanted);
        _used += count;
        return count;
    }

    private void Spread(ReadOnlySpan<short> mono, Span<short> device)
    {
        if (_channels == 1)
        {
            mono.CopyTo(device);
            return;
        }

        for (var i = 0; i < mono.Length; i++)
            device[2 * i] = device[(2 * i) + 1] = mono[i];
    }
}
