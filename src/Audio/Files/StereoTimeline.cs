// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Files;

//            written ▼                    end[1] ▼     end[0] ▼
//  left   ███████████│█████████████████████████████████████████
//  right  ███████████│███████████████████████████               a side that is late for more than Patience gets silence
//                    └ one window of 4 s, interleaved
//
//  call 1 ██████│ an hour in which neither side has a block │██████ call 2   is written as   ██████│██████
//               └ the origin moves by the pause: both sides of each call stay on one line

/// <summary>Lays two streams of stamped blocks side by side and hands on what both have reached.</summary>
/// <remarks>Thread: one, ordinary. 48 kHz.</remarks>
internal sealed class StereoTimeline(StereoTimeline.Output output)
{
    /// <summary>Samples that one side may lag behind the other before silence is written for it: 0.5 s.</summary>
    public const int Patience = 24_000;

    private const int Window = 192_000;

    /// <summary>Stamps wander by less than this (20 ms); what is further off is a gap or a jump.</summary>
    private const int Tolerance = 960;

    /// <summary>Neither side had a block for longer than this (1 s): nobody called, and nothing is written for it.</summary>
    private const int Pause = 48_000;

    private readonly short[] _stereo = new short[2 * Window];
    private readonly long[] _end = [0, 0];
    private readonly bool[] _placed = [false, false];
    private long _origin = long.MinValue;
    private long _written;

    /// <summary>Takes interleaved samples in order.</summary>
    internal delegate void Output(ReadOnlySpan<short> interleaved);

    /// <summary>Places a block of one side (0 left, 1 right).</summary>
    public void Place(int side, ReadOnlySpan<short> block, long at)
    {
        if (_origin == long.MinValue)
            _origin = at;
        var position = PositionOf(at);
        if (position > Reached + Pause)
            position = SkipPause(position);
        // The first block of a side says where the side lies beside the other; the next ones follow it.
        if (_placed[side] && Math.Abs(position - _end[side]) < Tolerance)
            position = _end[side];
        _placed[side] = true;
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
    public void Flush() => WriteTo(Math.Max(Math.Min(_end[0], _end[1]), Reached - Patience));

    /// <summary>Writes everything.</summary>
    public void Finish() => WriteTo(Reached);

    private long Reached => Math.Max(_end[0], _end[1]);

    private long PositionOf(long at) => (long)Math.Round((at - _origin) * 48e-6);

    private long SkipPause(long position)
    {
        Finish();
        var reached = Reached;
        _origin += (long)Math.Round((position - reached) / 48e-6);
        (_end[0], _end[1], _placed[0], _placed[1]) = (reached, reached, false, false);
        return reached;
    }

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
