// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Scoring;

/// <summary>Leaves out the frames in which nobody speaks (Taal et al. 2011 §II; Jensen &amp; Taal 2016 §II-A).</summary>
/// <remarks>
/// A frame of 256 samples under a Hann window stays when the clean one has more than 1/10000 (−40 dB) of the energy of the clean signal's
/// loudest frame. What stays, of both signals alike, is put together again with the same overlap of half a frame.
/// </remarks>
internal static class SilentFrames
{
    /// <summary>Samples in a frame: 25.6 ms.</summary>
    public const int Frame = 256;

    /// <summary>From one frame to the next.</summary>
    public const int Hop = Frame / 2;

    private const double Range = 1e-4; // −40 dB of energy

    /// <summary>w(n) = ½ − ½ cos(2π (n + 1) / 257): Hann without its two zeros.</summary>
    public static readonly float[] Window = [.. Enumerable.Range(1, Frame).Select(n => (float)(0.5 - (0.5 * Math.Cos(2 * Math.PI * n / (Frame + 1)))))];

    /// <summary>Both signals without the clean one's silence; they are as long as the shorter one.</summary>
    public static (float[] Clean, float[] Degraded) Remove(ReadOnlySpan<float> clean, ReadOnlySpan<float> degraded)
    {
        var length = Math.Min(clean.Length, degraded.Length);
        var energies = Energies(clean[..length]);
        var least = energies.Length == 0 ? 0 : energies.Max() * Range;
        var kept = energies.Count(energy => energy > least);
        if (kept == 0) return ([], []);
        var (a, b) = (new float[((kept - 1) * Hop) + Frame], new float[((kept - 1) * Hop) + Frame]);
        for (int frame = 0, to = 0; frame < energies.Length; frame++)
        {
            if (energies[frame] <= least) continue;
            Add(clean.Slice(frame * Hop, Frame), a.AsSpan(to));
            Add(degraded.Slice(frame * Hop, Frame), b.AsSpan(to));
            to += Hop;
        }

        return (a, b);
    }

    private static double[] Energies(ReadOnlySpan<float> signal)
    {
        var energies = new double[Math.Max(0, ((signal.Length - Frame) / Hop) + 1)];
        if (signal.Length < Frame) return [];
        for (var frame = 0; frame < energies.Length; frame++)
        {
            var samples = signal.Slice(frame * Hop, Frame);
            for (var i = 0; i < Frame; i++)
            {
                double value = samples[i] * Window[i];
                energies[frame] += value * value;
            }
        }

        return energies;
    }

    private static void Add(ReadOnlySpan<float> frame, Span<float> to)
    {
        for (var i = 0; i < Frame; i++) to[i] += frame[i] * Window[i];
    }
}
