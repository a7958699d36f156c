// SPDX-License-Identifier: MIT
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Earshot.Audio.Dsp;

//   from ──►[ ↑ L ]──►[ low pass at half the lower rate ]──►[ ↓ M ]──► to        to / from = L / M in lowest terms
//
//   The zeros that ↑ L puts in are never multiplied, what ↓ M throws away is never computed:
//   output m is one dot product of T input samples with row (m · M) mod L of the filter (polyphase form).
//
//   gain    0 dB ───────────────╮                 T = 48 samples of the lower rate (Kaiser, 75 dB):
//                               │╲                flat up to 0.45, gone from 0.55 of the lower rate on;
//                               │ ╲               what aliases between falls above 0.45 again.
//          −75 dB               │  ╰────────
//                             0.45  0.55

/// <summary>Converts a stream of mono samples between two fixed rates by a polyphase windowed sinc.</summary>
/// <remarks>
/// Every <c>M</c> input samples make exactly <c>L</c> output samples: a whole frame in is a whole frame out.
/// Thread: one. Real-time after construction: no allocation, lock or system call.
/// </remarks>
internal sealed class Resampler
{
    /// <summary>Length of the filter in samples of the lower rate; half of it is the delay.</summary>
    public const int LowRateTaps = 48;

    private const double Beta = 7.3; // Kaiser: 75 dB
    private const int Block = 480;
    private readonly int _up;
    private readonly int _down;
    private readonly int _taps;
    private readonly float[] _rows;
    private readonly float[] _window; // the last taps − 1 samples, then a block of new ones
    private int _next; // where in the block the next output's newest sample is
    private int _phase;

    /// <summary>Computes the filter.</summary>
    /// <param name="from">Hz of the input.</param>
    /// <param name="to">Hz of the output.</param>
    public Resampler(int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(from);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(to);
        var common = (int)BigInteger.GreatestCommonDivisor(from, to);
        (_up, _down) = (to / common, from / common);
        _taps = (((LowRateTaps * Math.Max(_up, _down)) + _up - 1) / _up + 7) & ~7;
        _rows = Rows(_up, _down, _taps);
        _window = new float[_taps - 1 + Block];
        Delay = ((_up * _taps) - 1) / (2.0 * _up * from);
    }

    /// <summary>Seconds by which the output lags: 3 ms when the lower rate is 8 kHz, 1.5 ms at 16 kHz, 0.54 ms between 44.1 and 48 kHz.</summary>
    public double Delay { get; }

    /// <summary>The most samples that an input of this length may make.</summary>
    public int MaxOutput(int input) => (int)((((long)input * _up) + _down - 1) / _down);

    /// <summary>Converts all of the input.</summary>
    /// <param name="input">Any number of samples.</param>
    /// <param name="output">Room for <see cref="MaxOutput"/>.</param>
    /// <returns>Samples made.</returns>
    public int Convert(ReadOnlySpan<short> input, Span<short> output)
    {
        var made = 0;
        while (!input.IsEmpty)
        {
            var count = Math.Min(input.Length, Block);
            var fresh = _window.AsSpan(_taps - 1, count);
            for (var i = 0; i < count; i++) fresh[i] = input[i];
            for (; _next < count; Advance())
                output[made++] = (short)Math.Clamp(MathF.Round(Dot()), short.MinValue, short.MaxValue);
            Keep(count);
            input = input[count..];
        }

        return made;
    }

    /// <inheritdoc cref="Convert(ReadOnlySpan{short}, Span{short})"/>
    public int Convert(ReadOnlySpan<float> input, Span<float> output)
    {
        var made = 0;
        while (!input.IsEmpty)
        {
            var count = Math.Min(input.Length, Block);
            input[..count].CopyTo(_window.AsSpan(_taps - 1));
            for (; _next < count; Advance()) output[made++] = Dot();
            Keep(count);
            input = input[count..];
        }

        return made;
    }

    /// <summary>Forgets the past: a new stream begins.</summary>
    public void Reset()
    {
        Array.Clear(_window);
        (_next, _phase) = (0, 0);
    }

    private void Advance()
    {
        _phase += _down;
        _next += _phase / _up;
        _phase %= _up;
    }

    private void Keep(int count)
    {
        _window.AsSpan(count, _taps - 1).CopyTo(_window);
        _next -= count;
    }

    // Vectors of the machine's width cannot be compiled beforehand; as it runs the first half second would be ten times as slow.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Dot()
    {
        var samples = _window.AsSpan(_next, _taps);
        var row = _rows.AsSpan(_phase * _taps, _taps);
        var sum = Vector<float>.Zero;
        var at = 0;
        for (; at <= _taps - Vector<float>.Count; at += Vector<float>.Count)
            sum += new Vector<float>(samples[at..]) * new Vector<float>(row[at..]);
        var rest = 0f;
        for (; at < _taps; at++) rest += samples[at] * row[at];
        return Vector.Sum(sum) + rest;
    }

    // Row p holds taps p, p + L, p + 2L, … of the filter, newest sample last. Each row passes a constant unchanged.
    private static float[] Rows(int up, int down, int taps)
    {
        var rows = new float[up * taps];
        var middle = ((up * taps) - 1) / 2.0;
        var cutoff = 1.0 / Math.Max(up, down); // half the lower rate, as a part of half the rate between ↑ and ↓
        for (var phase = 0; phase < up; phase++)
        {
            var row = rows.AsSpan(phase * taps, taps);
            var sum = 0.0;
            for (var k = 0; k < taps; k++)
                sum += row[taps - 1 - k] = (float)Tap(phase + (up * k) - middle, middle + 0.5, cutoff);
            foreach (ref var value in row) value = (float)(value / sum);
        }

        return rows;
    }

    private static double Tap(double at, double half, double cutoff)
    {
        var x = Math.PI * cutoff * at;
        var edge = at / half;
        return (x == 0 ? 1 : Math.Sin(x) / x) * Bessel(Beta * Math.Sqrt(1 - (edge * edge)));
    }

    // The modified Bessel function of order 0, by its series.
    private static double Bessel(double x)
    {
        var (sum, term) = (1.0, 1.0);
        for (var k = 1; term > sum * 1e-12; k++)
            sum += term *= x * x / (4.0 * k * k);
        return sum;
    }
}
