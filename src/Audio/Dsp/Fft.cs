// SPDX-License-Identifier: MIT
using System.Numerics;

namespace Earshot.Audio.Dsp;

/// <summary>Radix-2 fast Fourier transform, for measuring (not for real-time paths).</summary>
internal static class Fft
{
    /// <summary>Transforms in place; the length is a power of two.</summary>
    /// <param name="values">The samples, then the spectrum.</param>
    /// <param name="inverse">Back from the spectrum, scaled by 1/length.</param>
    public static void Transform(Span<Complex> values, bool inverse)
    {
        if (!BitOperations.IsPow2(values.Length))
            throw new ArgumentException("the length must be a power of two", nameof(values));
        Reorder(values);
        for (var size = 2; size <= values.Length; size *= 2)
            Butterflies(values, size, (inverse ? 2 : -2) * Math.PI / size);
        if (!inverse)
            return;
        foreach (ref var value in values)
            value /= values.Length;
    }

    /// <summary>Correlation of a signal with a shorter pattern at every offset at which the whole pattern lies inside the signal.</summary>
    public static double[] Correlate(ReadOnlySpan<double> signal, ReadOnlySpan<double> pattern)
    {
        if (pattern.Length > signal.Length)
            return [];
        var length = (int)BitOperations.RoundUpToPowerOf2((uint)(signal.Length + pattern.Length));
        var (a, b) = (new Complex[length], new Complex[length]);
        for (var i = 0; i < signal.Length; i++)
            a[i] = signal[i];
        for (var i = 0; i < pattern.Length; i++)
            b[i] = pattern[i];
        Transform(a, inverse: false);
        Transform(b, inverse: false);
        for (var i = 0; i < length; i++)
            a[i] *= Complex.Conjugate(b[i]);
        Transform(a, inverse: true);
        var result = new double[signal.Length - pattern.Length + 1];
        for (var i = 0; i < result.Length; i++)
            result[i] = a[i].Real;
        return result;
    }

    private static void Reorder(Span<Complex> values)
    {
        for (int i = 1, j = 0; i < values.Length; i++)
        {
            var bit = values.Length >> 1;
            for (; (j & bit) != 0; bit >>= 1)
                j ^= bit;
            j ^= bit;
            if (i < j)
                (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static void Butterflies(Span<Complex> values, int size, double angle)
    {
        var half = size / 2;
        for (var k = 0; k < half; k++)
        {
            var turn = Complex.FromPolarCoordinates(1, angle * k);
            for (var start = k; start < values.Length; start += size)
            {
                var odd = values[start + half] * turn;
                (values[start], values[start + half]) = (values[start] + odd, values[start] - odd);
            }
        }
    }
}
