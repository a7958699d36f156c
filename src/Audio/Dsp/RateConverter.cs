// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Dsp;

//  input  ──•────•────•────•────•────•──   history of 48 input samples
//              ▲        ▲        ▲         output k sits at input position k · in/out:
//              └────────┴────────┘         its value is a dot product with the sinc of that fractional phase

/// <summary>Converts a stream of mono samples from one rate to another by a windowed sinc (Kaiser, β 8: about −80 dB of images).</summary>
/// <remarks>Thread: one. Real-time after construction: no allocation, lock or system call. Delay: half of <see cref="Taps"/> input samples.</remarks>
internal sealed class RateConverter
{
    /// <summary>Input samples that make one output sample.</summary>
    public const int Taps = 48;

    private const int Phases = 256;
    private const double Beta = 8;
    private readonly float[] _kernel;
    private readonly float[] _history = new float[2 * Taps];
    private readonly double _step;
    private double _position;
    private int _at;

    /// <summary>Computes the kernel for a pair of rates in Hz.</summary>
    public RateConverter(double from, double to)
    {
        _step = from / to;
        _kernel = Kernel(Math.Min(1, to / from) * 0.95);
        _position = 1; // an input sample is due before the first output
    }

    /// <summary>Forgets what came: the next sample has nothing before it.</summary>
    public void Reset()
    {
        Array.Clear(_history);
        (_at, _position) = (0, 1);
    }

    /// <summary>Converts until the input is used up or the output is full.</summary>
    /// <param name="input">Samples at the first rate.</param>
    /// <param name="output">Room for samples at the second rate.</param>
    /// <param name="used">Input samples taken.</param>
    /// <returns>Output samples made.</returns>
    public int Convert(ReadOnlySpan<short> input, Span<short> output, out int used)
    {
        used = 0;
        for (var made = 0; ; made++)
        {
            while (_position >= 1)
            {
                if (used == input.Length)
                    return made;
                Push(input[used++]);
                _position--;
            }

            if (made == output.Length)
                return made;
            output[made] = Interpolate();
            _position += _step;
        }
    }

    // The history is kept twice in a row, so that the last Taps samples are always one piece.
    private void Push(float sample)
    {
        _history[_at] = _history[_at + Taps] = sample;
        _at = (_at + 1) % Taps;
    }

    private short Interpolate()
    {
        var phase = _position * Phases;
        var whole = (int)phase;
        var part = (float)(phase - whole);
        var recent = _history.AsSpan(_at, Taps);
        var (a, b) = (0f, 0f);
        var first = _kernel.AsSpan(whole * Taps, Taps);
        var second = _kernel.AsSpan((whole + 1) * Taps, Taps);
        for (var i = 0; i < Taps; i++)
        {
            a += recent[i] * first[i];
            b += recent[i] * second[i];
        }

        return (short)Math.Clamp(MathF.Round(a + (part * (b - a))), short.MinValue, short.MaxValue);
    }

    private static float[] Kernel(double cutoff)
    {
        var kernel = new float[(Phases + 1) * Taps];
        for (var phase = 0; phase <= Phases; phase++)
        {
            var row = kernel.AsSpan(phase * Taps, Taps);
            var sum = 0.0;
            for (var tap = 0; tap < Taps; tap++)
                sum += row[tap] = (float)Tap(tap - (Taps / 2) + 1 - ((double)phase / Phases), cutoff);
            foreach (ref var value in row)
                value = (float)(value / sum); // every phase passes a constant unchanged
        }

        return kernel;
    }

    private static double Tap(double at, double cutoff)
    {
        var sinc = at == 0 ? cutoff : Math.Sin(Math.PI * cutoff * at) / (Math.PI * at);
        var edge = at / (Taps / 2.0);
        return Math.Abs(edge) >= 1 ? 0 : sinc * Bessel(Beta * Math.Sqrt(1 - (edge * edge))) / Bessel(Beta);
    }

    private static double Bessel(double x)
    {
        var (sum, term) = (1.0, 1.0);
        for (var k = 1; term > sum * 1e-12; k++)
            sum += term *= x * x / (4.0 * k * k);
        return sum;
    }
}
