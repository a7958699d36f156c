// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;

namespace Earshot.Lab.Scoring;

//   frame (256, Hann) ──► spectrum (512) ──►  X_j(m) = √ Σ |x(k, m)|²   over the bins k₁(j) ≤ k < k₂(j) of a third of an octave
//
//   j = 0: 150 Hz                                                          j = 14: 3810 Hz
//   └─┴─┴──┴──┴───┴───┴────┴────┴─────┴─────┴──────┴──────┴───────┴───────┴────────┘  edges: centre · 2^(±1/6), at the nearest bin

/// <summary>How loud two signals are over time in 15 bands: what STOI and ESTOI compare (Taal et al. 2011, equation 1).</summary>
internal sealed class SpeechBands
{
    /// <summary>J, bands of a third of an octave.</summary>
    public const int Bands = 15;

    /// <summary>N, frames of one comparison: 384 ms.</summary>
    public const int Segment = 30;

    private const int Bins = 512;
    private const double LowestCentre = 150;
    private const double Rounding = 1e-11;

    private readonly float[] _clean;
    private readonly float[] _degraded;

    private SpeechBands(int frames)
    {
        Frames = frames;
        (_clean, _degraded) = (new float[Bands * frames], new float[Bands * frames]);
    }

    /// <summary>Frames in which somebody speaks.</summary>
    public int Frames { get; }

    /// <summary>Stretches of <see cref="Segment"/> frames, one beginning with each frame.</summary>
    public int Segments => Math.Max(0, Frames - Segment + 1);

    /// <summary>The clean signal's band over time.</summary>
    public ReadOnlySpan<float> Clean(int band) => _clean.AsSpan(band * Frames, Frames);

    /// <summary>The other signal's.</summary>
    public ReadOnlySpan<float> Degraded(int band) => _degraded.AsSpan(band * Frames, Frames);

    /// <summary>Both at 48 kHz, in step with each other.</summary>
    public static SpeechBands Of(ReadOnlySpan<short> clean48k, ReadOnlySpan<short> degraded48k) =>
        Of(NarrowBand.Of(clean48k), NarrowBand.Of(degraded48k));

    /// <summary>Both at 10 kHz, in step with each other.</summary>
    public static SpeechBands Of(ReadOnlySpan<float> clean10k, ReadOnlySpan<float> degraded10k)
    {
        var (clean, degraded) = SilentFrames.Remove(clean10k, degraded10k);
        var bands = new SpeechBands(clean.Length == 0 ? 0 : ((clean.Length - SilentFrames.Frame) / SilentFrames.Hop) + 1);
        var plan = new FourierPlan(Bins);
        for (var frame = 0; frame < bands.Frames; frame++)
        {
            Load(plan, clean.AsSpan(frame * SilentFrames.Hop), degraded.AsSpan(frame * SilentFrames.Hop));
            plan.Forward();
            bands.Store(frame, plan);
        }

        return bands;
    }

    private static readonly int[] Edges = [.. Enumerable.Range(0, Bands + 1)
        .Select(j => (int)Math.Round(LowestCentre * Math.Pow(2, (j - 0.5) / 3) * Bins / NarrowBand.Rate))];

    private static void Load(FourierPlan plan, ReadOnlySpan<float> clean, ReadOnlySpan<float> degraded)
    {
        Span<float> re = plan.Re, im = plan.Im;
        for (var i = 0; i < SilentFrames.Frame; i++)
            (re[i], im[i]) = (clean[i] * SilentFrames.Window[i], degraded[i] * SilentFrames.Window[i]);
        re[SilentFrames.Frame..].Clear();
        im[SilentFrames.Frame..].Clear();
    }

    private void Store(int frame, FourierPlan plan)
    {
        Span<double> clean = stackalloc double[Bands], degraded = stackalloc double[Bands];
        var (cleanPower, degradedPower) = (0.0, 0.0);
        for (var band = 0; band < Bands; band++)
        {
            (clean[band], degraded[band]) = Powers(plan, Edges[band], Edges[band + 1]);
            (cleanPower, degradedPower) = (cleanPower + clean[band], degradedPower + degraded[band]);
        }

        for (var band = 0; band < Bands; band++)
        {
            _clean[(band * Frames) + frame] = Amplitude(clean[band], degradedPower);
            _degraded[(band * Frames) + frame] = Amplitude(degraded[band], cleanPower);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double Clean, double Degraded) Powers(FourierPlan plan, int from, int to)
    {
        var (a, b) = (0.0, 0.0);
        for (var k = from; k < to; k++)
        {
            var (clean, degraded) = plan.Conjugates(k);
            a += (clean.Real * clean.Real) + (clean.Imaginary * clean.Imaginary);
            b += (degraded.Real * degraded.Real) + (degraded.Imaginary * degraded.Imaginary);
        }

        return (a, b);
    }

    // Both are transformed at once: 110 dB below one, what is found of the other is rounding. Left in, it would make silence intelligible.
    private static float Amplitude(double power, double otherPower) => power < otherPower * Rounding ? 0 : (float)Math.Sqrt(power);
}
