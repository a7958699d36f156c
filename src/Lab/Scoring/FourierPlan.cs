// SPDX-License-Identifier: MIT
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Earshot.Lab.Scoring;

//   Stockham's order of work: each pass reads one pair of arrays and writes the other, in runs of 1, 2, 4, … neighbours,
//   so that nothing is shuffled and all but the first passes are done by whole vectors.
//
//   x  ┌──── a ────┬──── b ────┐          y  ┌ a + b ┬ (a − b)·w ┬ a + b ┬ (a − b)·w ┐

/// <summary>A fast Fourier transform of one length, for scoring minutes of sound: tables made once, single precision, vectors.</summary>
/// <remarks>
/// Two real signals are transformed at once, one as the real and one as the imaginary part; <see cref="Conjugates"/> tells them apart.
/// Thread: one at a time (it keeps scratch arrays).
/// </remarks>
internal sealed class FourierPlan
{
    private readonly float[] _cos;
    private readonly float[] _sin;
    private float[] _re;
    private float[] _im;
    private float[] _otherRe;
    private float[] _otherIm;

    /// <param name="size">A power of two.</param>
    public FourierPlan(int size)
    {
        if (!BitOperations.IsPow2(size)) throw new ArgumentException("the length must be a power of two", nameof(size));
        Size = size;
        (_cos, _sin) = (new float[size / 2], new float[size / 2]);
        for (var k = 0; k < size / 2; k++)
        {
            var (sin, cos) = Math.SinCos(-2 * Math.PI * k / size);
            (_cos[k], _sin[k]) = ((float)cos, (float)sin);
        }

        (_re, _im, _otherRe, _otherIm) = (new float[size], new float[size], new float[size], new float[size]);
    }

    /// <summary>Its length.</summary>
    public int Size { get; }

    /// <summary>The real part: put the signal in, take the spectrum out.</summary>
    public Span<float> Re => _re;

    /// <summary>The imaginary part.</summary>
    public Span<float> Im => _im;

    /// <summary>Transforms <see cref="Re"/> and <see cref="Im"/>; spans taken before are void.</summary>
    public void Forward()
    {
        for (var run = 1; run < Size; run *= 2)
        {
            Pass(run);
            (_re, _otherRe) = (_otherRe, _re);
            (_im, _otherIm) = (_otherIm, _im);
        }
    }

    /// <summary>Transforms back, not scaled: the result is <see cref="Size"/> times the signal.</summary>
    public void Inverse()
    {
        (_re, _im) = (_im, _re);
        Forward();
        (_re, _im) = (_im, _re);
    }

    /// <summary>After <see cref="Forward"/> of a + ib with real a and b: bin k of both.</summary>
    public (Complex A, Complex B) Conjugates(int k)
    {
        var mirror = (Size - k) & (Size - 1);
        var (re, im, mirrorRe, mirrorIm) = (_re[k], _im[k], _re[mirror], _im[mirror]);
        return (new((re + mirrorRe) / 2, (im - mirrorIm) / 2), new((im + mirrorIm) / 2, (mirrorRe - re) / 2));
    }

    // Vectors of the machine's width are compiled as the program runs. Optimised at once: waiting for it took a third of the scoring of minutes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pass(int run)
    {
        var half = Size / 2;
        for (int group = 0, from = 0; from < half; group++, from += run)
        {
            var (cos, sin) = (_cos[from], _sin[from]);
            ReadOnlySpan<float> aRe = _re.AsSpan(from, run), aIm = _im.AsSpan(from, run);
            ReadOnlySpan<float> bRe = _re.AsSpan(from + half, run), bIm = _im.AsSpan(from + half, run);
            var to = 2 * from;
            Butterflies(aRe, aIm, bRe, bIm, cos, sin,
                _otherRe.AsSpan(to, run), _otherIm.AsSpan(to, run), _otherRe.AsSpan(to + run, run), _otherIm.AsSpan(to + run, run));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Butterflies(
        ReadOnlySpan<float> aRe, ReadOnlySpan<float> aIm, ReadOnlySpan<float> bRe, ReadOnlySpan<float> bIm, float cos, float sin,
        Span<float> sumRe, Span<float> sumIm, Span<float> turnedRe, Span<float> turnedIm)
    {
        var i = 0;
        for (; i <= aRe.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> ar = new(aRe[i..]), ai = new(aIm[i..]), br = new(bRe[i..]), bi = new(bIm[i..]);
            var (dr, di) = (ar - br, ai - bi);
            (ar + br).CopyTo(sumRe[i..]);
            (ai + bi).CopyTo(sumIm[i..]);
            ((dr * cos) - (di * sin)).CopyTo(turnedRe[i..]);
            ((dr * sin) + (di * cos)).CopyTo(turnedIm[i..]);
        }

        for (; i < aRe.Length; i++)
        {
            var (dr, di) = (aRe[i] - bRe[i], aIm[i] - bIm[i]);
            (sumRe[i], sumIm[i]) = (aRe[i] + bRe[i], aIm[i] + bIm[i]);
            (turnedRe[i], turnedIm[i]) = ((dr * cos) - (di * sin), (dr * sin) + (di * cos));
        }
    }
}
