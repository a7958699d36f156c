// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>The least value of the last few seconds, in slices of half a second.</summary>
/// <remarks>Thread: playback. Real-time: no allocation. A maximum is the minimum of negated values.</remarks>
internal sealed class WindowMinimum(int slices)
{
    private const double SliceMs = 500;
    private readonly double[] _least = new double[slices];
    private double _sliceEndsMs = double.NaN;
    private int _at;

    /// <summary>The least value; NaN before the first.</summary>
    public double Value { get; private set; } = double.NaN;

    /// <summary>Takes a value in.</summary>
    public void Add(double nowMs, double value)
    {
        if (double.IsNaN(Value))
        {
            Array.Fill(_least, double.MaxValue);
            _sliceEndsMs = nowMs + SliceMs;
            _at = 0;
        }
        for (int turned = 0; nowMs >= _sliceEndsMs && turned < slices; turned++)
            Turn();
        if (nowMs >= _sliceEndsMs)
            _sliceEndsMs = nowMs + SliceMs;
        _least[_at] = Math.Min(_least[_at], value);
        Value = double.MaxValue;
        foreach (double least in _least)
            Value = Math.Min(Value, least);
    }

    /// <summary>Forgets everything.</summary>
    public void Reset() => Value = double.NaN;

    private void Turn()
    {
        _at = (_at + 1) % slices;
        _least[_at] = double.MaxValue;
        _sliceEndsMs += SliceMs;
    }
}
