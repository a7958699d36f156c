// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>How steeply the lower edge of a noisy line rises: the part of a delay that no queue can fake.</summary>
/// <remarks>
/// <code>
///   delay │   ·    ·  ·     ·           the least of each slice of time, up to four minutes of them;
///         │ ·   ·  · ·   ·    ·  ·      median of slopes half the window apart (a quarter of the slices may lie),
///         │──•───────•──────•─────•──   then least squares over what is near that line
///         └───────────────────────► t
/// </code>
/// Slices last an eighth of a second at first, so that a quiet line tells its slope within a second; where that much jitter remains that their
/// least says little, or when the memory is full, neighbours are joined and slices last twice as long, up to a second.
/// A step of the path is no slope: when four seconds in a row lie apart on one side, the older ones are moved to them.
/// Thread: playback. Real-time: no allocation.
/// </remarks>
internal sealed class EnvelopeSlope
{
    private const int Slices = 240;
    private const double FirstSliceMs = 125;
    private const double LastSliceMs = 1000;

    /// <summary>A line that spreads more is not quiet.</summary>
    private const double QuietMs = 0.3;

    private const int Fewest = 5;

    /// <summary>Of fewer points none can be told to lie.</summary>
    private const int Trusting = 20;

    private const double StepLastsMs = 4000;
    private const double StepMs = 3;

    /// <summary>No clock here is read more exactly than this.</summary>
    private const double FloorMs = 0.02;

    private readonly double[] _t = new double[Slices];
    private readonly double[] _y = new double[Slices];
    private readonly double[] _sorted = new double[Slices];
    private double _sliceMs = FirstSliceMs;
    private double _sliceEndsMs = double.NaN;
    private double _leastAtMs;
    private double _least = double.PositiveInfinity;
    private double _level;
    private double _spread = FloorMs;
    private int _count;
    private int _astray;
    private double _astrayBy;

    /// <summary>Rise, ms per ms.</summary>
    public double Slope { get; private set; }

    /// <summary>Its standard error; infinite while nothing is known.</summary>
    public double Error { get; private set; } = double.PositiveInfinity;

    /// <summary>Takes a point in.</summary>
    public void Add(double nowMs, double line)
    {
        if (double.IsNaN(_sliceEndsMs))
            _sliceEndsMs = nowMs + _sliceMs;
        if (nowMs >= _sliceEndsMs)
        {
            Close();
            _sliceEndsMs += _sliceMs * Math.Ceiling((nowMs - _sliceEndsMs + 1) / _sliceMs);
            _least = double.PositiveInfinity;
        }

        double level = line - (Slope * nowMs);
        if (level >= _least - (Slope * _leastAtMs))
            return;
        (_least, _leastAtMs) = (line, nowMs);
    }

    /// <summary>Another line begins.</summary>
    public void Reset()
    {
        _sliceEndsMs = double.NaN;
        _sliceMs = FirstSliceMs;
        _least = double.PositiveInfinity;
        _spread = FloorMs;
        _count = _astray = 0;
        Slope = 0;
        Error = double.PositiveInfinity;
    }

    private void Close()
    {
        if (double.IsPositiveInfinity(_least))
            return;
        if (_sliceMs < LastSliceMs && (_count == Slices || (_count >= Trusting && _spread > QuietMs)))
            JoinNeighbours();
        if (_count == Slices)
        {
            Array.Copy(_t, 1, _t, 0, Slices - 1);
            Array.Copy(_y, 1, _y, 0, Slices - 1);
            _count--;
        }

        (_t[_count], _y[_count]) = (_leastAtMs, _least);
        _count++;
        if (_count > Fewest && IsAstray(_count - 1))
            return;
        if (_count >= Fewest)
            Fit();
    }

    /// <summary>Keeps the lower one of each two.</summary>
    private void JoinNeighbours()
    {
        int half = _count / 2, odd = _count - (2 * half);
        for (int i = 0; i < half; i++)
        {
            int at = odd + (2 * i);
            int lower = _y[at + 1] - _y[at] < Slope * (_t[at + 1] - _t[at]) ? at + 1 : at;
            (_t[i], _y[i]) = (_t[lower], _y[lower]);
        }

        _count = half;
        _astray /= 2;
        _sliceMs *= 2;
    }

    /// <summary>Whether the newest slice lies apart from the line; if its neighbours do too, the line has stepped there.</summary>
    private bool IsAstray(int at)
    {
        double by = _y[at] - _level - (Slope * _t[at]);
        if (Math.Abs(by) <= Math.Max(StepMs, 8 * _spread) || (_astray > 0 && by * _astrayBy < 0))
        {
            _astray = 0;
            return false;
        }

        _astrayBy = _astray == 0 || Math.Abs(by) < Math.Abs(_astrayBy) ? by : _astrayBy;
        int step = (int)(StepLastsMs / _sliceMs);
        if (++_astray < step)
            return true;
        for (int i = 0; i < _count - step; i++)
            _y[i] += _astrayBy;
        _astray = 0;
        return false;
    }

    private void Fit()
    {
        int half = _count / 2;
        for (int i = 0; i < half; i++)
            _sorted[i] = (_y[i + half] - _y[i]) / (_t[i + half] - _t[i]);
        double slope = Median(half);
        for (int i = 0; i < _count; i++)
            _sorted[i] = _y[i] - (slope * _t[i]);
        double level = Median(_count);
        for (int i = 0; i < _count; i++)
            _sorted[i] = Math.Abs(_y[i] - (slope * _t[i]) - level);
        _spread = (1.48 * Median(_count)) + FloorMs;
        LeastSquares(slope, level, _count < Trusting ? double.PositiveInfinity : 3 * _spread);
    }

    private double Median(int of)
    {
        Span<double> values = _sorted.AsSpan(0, of);
        values.Sort();
        return values[of / 2];
    }

    private void LeastSquares(double slope, double level, double within)
    {
        double n = 0, t = 0, y = 0, tt = 0, ty = 0, yy = 0;
        double middle = _t[_count / 2];
        for (int i = 0; i < _count; i++)
        {
            double apart = _y[i] - (slope * _t[i]) - level; // what is left of the rough line: nothing large to cancel
            if (Math.Abs(apart) > within)
                continue;
            double at = _t[i] - middle;
            (n, t, y, tt, ty, yy) = (n + 1, t + at, y + apart, tt + (at * at), ty + (at * apart), yy + (apart * apart));
        }

        double around = tt - (t * t / n);
        if (n < Fewest || around <= 0)
            return;
        double more = (ty - (t * y / n)) / around;
        double error = Math.Max(0, yy - (y * y / n) - (more * more * around)) / (n - 2);
        Slope = slope + more;
        _level = level + ((y - (more * t)) / n) - (more * middle);
        Error = Math.Sqrt((error + (FloorMs * FloorMs)) / around) * (1 + (10 / n)); // of few points the scatter itself is a guess
    }
}
