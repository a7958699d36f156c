// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>The least slack of the last one to two slices of packets.</summary>
/// <remarks>Thread: playback. Real-time: no allocation. Slices, so that a drifting line is followed.</remarks>
internal sealed class SlackFloor
{
    private double _previous = double.NegativeInfinity;
    private double _current = double.PositiveInfinity;
    private int _count;

    /// <summary>Milliseconds; negative infinity until the first slice is full.</summary>
    public double Value => Math.Min(_previous, _current);

    /// <summary>Takes a packet's slack in.</summary>
    public void Add(double slackMs, int slice)
    {
        _current = Math.Min(_current, slackMs);
        if (++_count < slice)
            return;
        _previous = _current;
        _current = double.PositiveInfinity;
        _count = 0;
    }

    /// <summary>The line has moved.</summary>
    public void Reset()
    {
        _previous = double.NegativeInfinity;
        _current = double.PositiveInfinity;
        _count = 0;
    }
}
