// SPDX-License-Identifier: MIT
using Earshot.Audio.Devices.Clock;
using Earshot.Audio.Dsp;
using Earshot.Audio.Files;

namespace Earshot.Audio.Devices.WavFile;

/// <summary>Fills blocks from a WAV file at 48 kHz: once and then silence, or again and again.</summary>
/// <remarks>Thread: the stream's clock thread, which reads the file.</remarks>
internal sealed class WavFiller : IBlockFiller
{
    private readonly WavReader _reader;
    private readonly bool _loop;
    private readonly RateConverter? _converter;
    private readonly short[] _read = new short[1024];
    private int _used;
    private int _held;
    private volatile bool _ended;

    /// <summary>Takes over an open file.</summary>
    public WavFiller(WavReader reader, bool loop)
    {
        _reader = reader;
        _loop = loop;
        _converter = reader.Format.SampleRate == 48_000 ? null : new RateConverter(reader.Format.SampleRate, 48_000);
    }

    /// <inheritdoc/>
    public bool HasEnded => _ended;

    /// <inheritdoc/>
    public void Fill(Span<short> block)
    {
        var done = 0;
        while (done < block.Length && (_used < _held || Refill()))
            done += Take(block[done..]);
        block[done..].Clear();
        _ended = done < block.Length;
    }

    /// <inheritdoc/>
    public void Rewind()
    {
        _reader.Rewind();
        _converter?.Reset();
        (_used, _held, _ended) = (0, 0, false);
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private int Take(Span<short> room)
    {
        var held = _read.AsSpan(_used, _held - _used);
        if (_converter is not null)
        {
            var made = _converter.Convert(held, room, out var used);
            _used += used;
            return made;
        }

        var count = Math.Min(held.Length, room.Length);
        held[..count].CopyTo(room);
        _used += count;
        return count;
    }

    private bool Refill()
    {
        _used = 0;
        _held = _reader.Read(_read);
        if (_held == 0 && _loop)
        {
            _reader.Rewind();
            _held = _reader.Read(_read); // still nothing: an empty file, or one cut off since it was opened
        }

        return _held > 0;
    }
}
