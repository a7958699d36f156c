// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;

namespace Earshot.Lab.Scoring;

/// <summary>Finds a window of speech within a longer piece of a recording: normalised cross-correlation by one transform pair.</summary>
/// <remarks>
/// <code>
///   c(l) = Σ sent(i) heard(l + i)        ρ(l) = c(l) / √( Σ sent² · Σ heard(l … l + W)² )        the l with the greatest ρ
/// </code>
/// Thread: one at a time.
/// </remarks>
internal sealed class WindowCorrelator
{
    private const double LeastLevel = 1e-4; // what is 40 dB quieter than what was said is not it
    private readonly FourierPlan _plan;
    private readonly double[] _energy;

    /// <param name="window">Samples of speech.</param>
    /// <param name="range">Places at which it may begin.</param>
    public WindowCorrelator(int window, int range)
    {
        (Window, Range) = (window, range);
        _plan = new FourierPlan((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(window + range)));
        _energy = new double[window + range + 1];
    }

    /// <summary>Samples of speech.</summary>
    public int Window { get; }

    /// <summary>Places that are looked at.</summary>
    public int Range { get; }

    /// <summary>Looks for it.</summary>
    /// <param name="speech"><see cref="Window"/> samples.</param>
    /// <param name="heard">The recording.</param>
    /// <param name="from">The first place; before the recording's begin and after its end all is silent.</param>
    /// <returns>Where it is, to a fraction of a sample, and how similar.</returns>
    public (double At, double Similarity) Find(ReadOnlySpan<float> speech, ReadOnlySpan<float> heard, int from)
    {
        Load(speech, heard, from);
        _plan.Forward();
        Multiply();
        _plan.Inverse();
        var power = 0.0;
        foreach (var value in speech) power += (double)value * value;
        var (best, most) = (0, 0.0);
        for (var lag = 0; lag < Range; lag++)
        {
            if (Similarity(lag, power) is var similarity && similarity > most) (best, most) = (lag, similarity);
        }

        return (from + best + Peak(best, power), most);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Load(ReadOnlySpan<float> speech, ReadOnlySpan<float> heard, int from)
    {
        Span<float> re = _plan.Re, im = _plan.Im;
        re.Clear();
        im.Clear();
        speech.CopyTo(im);
        var begin = Math.Clamp(from, 0, heard.Length);
        var end = Math.Clamp(from + Range + Window, begin, heard.Length);
        // Beyond either end of the recording there is nothing to copy.
        if (end > begin) heard[begin..end].CopyTo(re[(begin - from)..]);
        for (var i = 0; i < _energy.Length - 1; i++) _energy[i + 1] = _energy[i] + ((double)re[i] * re[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply()
    {
        Span<float> re = _plan.Re, im = _plan.Im;
        var size = _plan.Size;
        for (var k = 0; k <= size / 2; k++)
        {
            var (heard, speech) = _plan.Conjugates(k);
            var product = heard * System.Numerics.Complex.Conjugate(speech) / size;
            var mirror = (size - k) & (size - 1);
            (re[mirror], im[mirror]) = ((float)product.Real, -(float)product.Imaginary);
            (re[k], im[k]) = ((float)product.Real, (float)product.Imaginary);
        }
    }

    private double Similarity(int lag, double power)
    {
        var energy = _energy[lag + Window] - _energy[lag];
        return energy <= power * LeastLevel ? 0 : _plan.Re[lag] / Math.Sqrt(power * energy);
    }

    // The top of the parabola through the peak and its neighbours: delays finer than a sample.
    private double Peak(int at, double power)
    {
        if (at == 0 || at == Range - 1) return 0;
        var (left, top, right) = (Similarity(at - 1, power), Similarity(at, power), Similarity(at + 1, power));
        var bend = left - (2 * top) + right;
        return bend >= 0 ? 0 : Math.Clamp(0.5 * (left - right) / bend, -0.5, 0.5);
    }
}
