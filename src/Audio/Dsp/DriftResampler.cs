// SPDX-License-Identifier: MIT
using System.Numerics;

namespace Earshot.Audio.Dsp;

//   input   ──•────•────•────•────•────•────•──      read point of output i = fraction + i · ratio, Lag samples behind the front
//                   ▲     ▲     ▲     ▲              ratio within a thousandth of 1: eight neighbours share one cell of the table
//   output          0     1     2     3
//
//   tap k of every phase inside a cell is a straight line: value + part · slope. So a vector of outputs is
//   Σ x[i + k] · (value_k + part_i · slope_k), over whole vectors of input that are read where they lie.

/// <summary>Reads a stream of mono samples a little faster or slower than it was sampled, by a windowed sinc whose ratio may change at every block.</summary>
/// <remarks>
/// 16 taps (Kaiser, β 6): flat within 0.1 dB to 15 kHz at 48 kHz; errors 65 to 80 dB below a tone. A copy, bit for bit, as long as the ratio has always been 1.
/// Thread: one. Real-time after construction: no allocation, lock or system call.
/// </remarks>
internal sealed class DriftResampler
{
    /// <summary>Samples by which the output lags behind the front of the input: 0.17 ms at 48 kHz.</summary>
    public const int Lag = Taps / 2;

    /// <summary>Samples taken before that it still reads.</summary>
    public const int Before = Taps;

    /// <summary>Longest block.</summary>
    public const int MaximumBlock = 960;

    private const int Taps = 16;
    private const int Cells = 64;
    private const double Beta = 6;
    private static readonly float[] Values = Sinc();
    private readonly float[] _input = new float[MaximumBlock + 64];
    private double _fraction;

    /// <summary>Input samples that a block takes; the block can be made when so many wait.</summary>
    public int Needed(int block, double ratio) =>
        Math.Max((int)(_fraction + (block * ratio)), (int)(_fraction + ((block - 1) * ratio)) + 1);

    /// <summary>Makes a block.</summary>
    /// <param name="input">The last <see cref="Before"/> samples taken, then what waits: at least <see cref="Needed"/>.</param>
    /// <param name="output">The block.</param>
    /// <param name="ratio">Input samples an output sample: 0.99 to 1.01.</param>
    /// <returns>Samples of the waiting input that are now taken.</returns>
    public int Convert(ReadOnlySpan<short> input, Span<short> output, double ratio)
    {
        if (ratio == 1 && _fraction == 0)
        {
            input.Slice(Taps - Lag, output.Length).CopyTo(output);
            return output.Length;
        }

        int available = Math.Min(input.Length, _input.Length);
        for (var i = 0; i < available; i++)
            _input[i] = input[i];
        Span<float> made = stackalloc float[Vector<float>.Count];
        for (var at = 0; at < output.Length; at += made.Length)
        {
            Interpolate(_fraction + (at * ratio), (float)ratio - 1, made);
            Round(made, output.Slice(at, Math.Min(made.Length, output.Length - at)));
        }

        var end = _fraction + (output.Length * ratio);
        var taken = (int)Math.Floor(end);
        _fraction = end - taken;
        return taken;
    }

    // Neighbours move apart by less than a cell: all of them read the first one's cell, the last ones a little beyond its edge.
    private void Interpolate(double at, float beyond, Span<float> made)
    {
        var first = (int)Math.Floor(at);
        var phase = (at - first) * Cells;
        var cell = Math.Min((int)phase, Cells - 1);
        var part = new Vector<float>((float)(phase - cell)) + (Steps * (beyond * Cells));
        var row = Values.AsSpan(cell * Taps, 2 * Taps);
        var samples = _input.AsSpan(first + 1);
        var (sum, slope) = (Vector<float>.Zero, Vector<float>.Zero);
        for (var k = 0; k < Taps; k++)
        {
            var x = new Vector<float>(samples[k..]);
            sum += x * row[k];
            slope += x * (row[Taps + k] - row[k]);
        }

        (sum + (part * slope)).CopyTo(made);
    }

    private static Vector<float> Steps { get; } = Ascending();

    private static Vector<float> Ascending()
    {
        Span<float> steps = stackalloc float[Vector<float>.Count];
        for (var i = 0; i < steps.Length; i++)
            steps[i] = i;
        return new Vector<float>(steps);
    }

    private static void Round(ReadOnlySpan<float> made, Span<short> output)
    {
        for (var i = 0; i < output.Length; i++)
            output[i] = (short)Math.Clamp(MathF.Round(made[i]), short.MinValue, short.MaxValue);
    }

    // Row p reads p / Cells after sample Taps / 2 − 1 of its sixteen. Each row passes a constant unchanged.
    private static float[] Sinc()
    {
        var rows = new float[(Cells + 1) * Taps];
        for (var p = 0; p <= Cells; p++)
        {
            var row = rows.AsSpan(p * Taps, Taps);
            var sum = 0.0;
            for (var k = 0; k < Taps; k++)
                sum += row[k] = (float)Tap(k - (Taps / 2) + 1 - ((double)p / Cells));
            foreach (ref var value in row)
                value = (float)(value / sum);
        }

        return rows;
    }

    private static double Tap(double at)
    {
        var edge = at / (Taps / 2.0);
        if (Math.Abs(edge) >= 1)
            return 0;
        var sinc = at == 0 ? 1 : Math.Sin(Math.PI * at) / (Math.PI * at);
        return sinc * Bessel(Beta * Math.Sqrt(1 - (edge * edge)));
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
