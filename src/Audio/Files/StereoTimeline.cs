// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Files;

//            written ▼                    end[1] ▼     end[0] ▼
//  left   ███████████│█████████████████████████████████████████
//  right  ███████████│███████████████████████████               a side that is late for more than Patience gets silence
//                    └ one window of 4 s, interleaved

/// <summary>Lays two streams of stamped blocks side by side and hands on what both have reached.</summary>
/// <remarks>Thread: one, ordinary. 48 kHz.</remarks>
internal sealed class StereoTimeline(StereoTimeline.Output output)
{
    /// <summary>Samples that one side may lag behind the other before silence is written for it: 0.5 s.</summary>
    public const int Patience = 24_000;

    private const int Window = 192_000;

    /// <summary>Stamps wander by less than this (20 ms); what is further off is a gap or a jump.</summary>
    private const int Tolerance = 960;

    private readonly short[] _stereo = new short[2 * Window];
    private readonly long[] _end = [0, 0];
    private long _origin = long.MinValue;
    private long _written;

    /// <summary>Takes interleaved samples in order.</summary>
    internal delegate void Output(ReadOnlySpan<short> interleaved);

    /// <summary>Places a block of one side (0 left, 1 right).</summary>
    public void Place(int side, ReadOnlySpan<short> block, long at)
    {
        if (_origin == long.MinValue)
            _origin = at;
        var position = (long)Math.Round((at - _origin) * 48e-6);
        if (Math.Abs(position - _end[side]) < Tolerance)
            position = _end[side];
        // A jump beyond the window first writes what is before it.
        if (position + block.Length > _written + Window)
            WriteTo(position + block.Length - Window);
        for (var i = 0; i < block.Length; i++)
        {
            if (position + i >= _written)
                _stereo[(int)((2 * ((position + i) % Window)) + side)] = block[i];
        }

        _end[side] = Math.Max(_end[side], position + block.Length);
    }

    /// <summary>Writes what both sides have reached, or what the one behind has no claim to wait for.</summary>
    public void Flush() => WriteTo(Math.Max(Math.Min(_end[0], _end[1]), Math.Max(_end[0], _end[1]) - Patience));

    /// <summary>Writes everything.</summary>
    public void Finish() => WriteTo(Math.Max(_end[0], _end[1]));

    private void WriteTo(long end)
    {
        while (_written < end)
        {
            var slot = (int)(_written % Window);
            var count = (int)Math.Min(end - _written, Window - slot);
            var piece = _stereo.AsSpan(2 * slot, 2 * count);
            output(piece);
            piece.Clear();
            _written += count;
        }
    }
}
