// SPDX-License-Identifier: MIT
using System.Numerics;

namespace Earshot.Media.Playout;

/// <summary>The spectral envelope of a piece of sound as an all-pole filter (autocorrelation method, Levinson–Durbin).</summary>
/// <remarks>
/// A floor 40 dB below the sound is added: telephone sound at 48 kHz has next to nothing above 4 kHz, and a filter that models nothing rings.
/// The filter found by this method is always stable. Thread: playback. Real-time: no allocation.
/// </remarks>
internal sealed class LinearPrediction
{
    /// <summary>Poles.</summary>
    public const int Order = 32;

    /// <summary>Samples looked at: 20 ms.</summary>
    public const int Window = 960;

    private const double Floor = 1.0001;
    private const double LagWidthHz = 40;
    private static readonly float[] Taper = SineTaper();
    private static readonly double[] LagWindow = GaussianLags();
    private readonly float[] _windowed = new float[Window];
    private readonly double[] _correlation = new double[Order + 1];
    private readonly double[] _a = new double[Order + 1];
    private readonly float[] _coefficients = new float[Order];

    /// <summary>Weights of the last <see cref="Order"/> samples, newest first: their sum predicts the negated next one.</summary>
    public ReadOnlySpan<float> Coefficients => _coefficients;

    /// <summary>Models the last <see cref="Window"/> samples.</summary>
    public void Analyse(ReadOnlySpan<short> sound)
    {
        sound = sound[^Window..];
        for (int i = 0; i < Window; i++)
            _windowed[i] = sound[i] * Taper[i];
        for (int lag = 0; lag <= Order; lag++)
            _correlation[lag] = Correlate(lag) * LagWindow[lag];
        _correlation[0] = (_correlation[0] * Floor) + 1;
        Solve();
        for (int i = 0; i < Order; i++)
            _coefficients[i] = (float)_a[i + 1];
    }

    /// <summary>What the filter does not foretell of the last samples.</summary>
    /// <param name="sound">At least <see cref="Order"/> samples more than asked for.</param>
    /// <param name="residual">As many samples as wanted.</param>
    public void Residual(ReadOnlySpan<short> sound, Span<float> residual)
    {
        int begin = sound.Length - residual.Length;
        for (int i = 0; i < residual.Length; i++)
        {
            float sum = sound[begin + i];
            for (int k = 0; k < Order; k++)
                sum += _coefficients[k] * sound[begin + i - 1 - k];
            residual[i] = sum;
        }
    }

    /// <summary>Sum of products.</summary>
    public static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var sums = Vector<float>.Zero;
        int at = 0;
        for (; at <= x.Length - Vector<float>.Count; at += Vector<float>.Count)
            sums += new Vector<float>(x[at..]) * new Vector<float>(y[at..]);
        float sum = Vector.Sum(sums);
        for (; at < x.Length; at++)
            sum += x[at] * y[at];
        return sum;
    }

    private double Correlate(int lag) => Dot(_windowed.AsSpan(lag), _windowed.AsSpan(0, Window - lag));

    private void Solve()
    {
        Array.Clear(_a);
        _a[0] = 1;
        double error = _correlation[0];
        Span<double> before = stackalloc double[Order + 1];
        for (int m = 1; m <= Order && error > 0; m++)
        {
            double sum = _correlation[m];
            for (int k = 1; k < m; k++)
                sum += _a[k] * _correlation[m - k];
            double reflection = -sum / error;
            _a.CopyTo(before);
            for (int k = 1; k < m; k++)
                _a[k] = before[k] + (reflection * before[m - k]);
            _a[m] = reflection;
            error *= 1 - (reflection * reflection);
        }
    }

    private static float[] SineTaper()
    {
        float[] taper = new float[Window];
        for (int i = 0; i < Window; i++)
            taper[i] = (float)Math.Sin(Math.PI * (i + 0.5) / Window);
        return taper;
    }

    private static double[] GaussianLags()
    {
        double[] window = new double[Order + 1];
        for (int lag = 0; lag <= Order; lag++)
            window[lag] = Math.Exp(-0.5 * Math.Pow(2 * Math.PI * LagWidthHz * lag / 48000, 2));
        return window;
    }
}
