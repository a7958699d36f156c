// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;

namespace Earshot.Lab.Scoring;

/// <summary>
/// Extended short-time objective intelligibility: J. Jensen, C. Taal, "An algorithm for predicting the intelligibility of speech masked by
/// modulated noise maskers", IEEE/ACM Transactions on Audio, Speech and Language Processing 24 (11), 2016.
/// </summary>
/// <remarks>
/// For each segment of N = 30 frames, S of the clean and S' of the other signal are matrices of 15 bands × N frames:
/// <code>
///   rows:     each band's mean over time goes, its norm becomes 1       (what colours the sound does not count)
///   columns:  each frame's mean over the bands goes, its norm becomes 1 (what is loud does not count more)
///   d     = 1/N Σₙ š(n)ᵀ š'(n)                                          mean correlation of the spectra
///   ESTOI = mean of d over all segments
/// </code>
/// Unlike STOI it notices what happens between syllables, where gaps and concealment are.
/// </remarks>
internal static class Estoi
{
    private const int Bands = SpeechBands.Bands;
    private const int Frames = SpeechBands.Segment;
    private const float Tiny = 1e-12f;

    /// <summary>Compares 48 kHz mono, in step with each other.</summary>
    /// <returns>About 0 (nothing understood) to 1 (identical); NaN when less than 0.4 s is spoken.</returns>
    public static double Score(ReadOnlySpan<short> clean48k, ReadOnlySpan<short> degraded48k) => Score(SpeechBands.Of(clean48k, degraded48k));

    /// <summary>Compares bands that are there already.</summary>
    public static double Score(SpeechBands bands)
    {
        var sum = 0.0;
        Span<float> clean = stackalloc float[Bands * Frames], degraded = stackalloc float[Bands * Frames];
        for (var at = 0; at < bands.Segments; at++)
        {
            for (var band = 0; band < Bands; band++)
            {
                NormaliseRow(bands.Clean(band).Slice(at, Frames), clean.Slice(band * Frames, Frames));
                NormaliseRow(bands.Degraded(band).Slice(at, Frames), degraded.Slice(band * Frames, Frames));
            }

            sum += MeanCorrelation(clean, degraded);
        }

        return bands.Segments == 0 ? double.NaN : sum / bands.Segments;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NormaliseRow(ReadOnlySpan<float> row, Span<float> to)
    {
        var (sum, squares) = (0f, 0f);
        foreach (var value in row) sum += value;
        var mean = sum / row.Length;
        for (var n = 0; n < row.Length; n++)
        {
            var value = to[n] = row[n] - mean;
            squares += value * value;
        }

        var scale = 1 / (MathF.Sqrt(squares) + Tiny);
        foreach (ref var value in to) value *= scale;
    }

    // The columns need not be normalised one by one: their correlation is that of normalised ones. All columns are summed side by side.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double MeanCorrelation(ReadOnlySpan<float> clean, ReadOnlySpan<float> degraded)
    {
        Span<float> sums = stackalloc float[5 * Frames];
        sums.Clear();
        Span<float> x = sums[..Frames], y = sums.Slice(Frames, Frames), xx = sums.Slice(2 * Frames, Frames);
        Span<float> yy = sums.Slice(3 * Frames, Frames), xy = sums.Slice(4 * Frames, Frames);
        for (var band = 0; band < Bands; band++)
        {
            ReadOnlySpan<float> a = clean.Slice(band * Frames, Frames), b = degraded.Slice(band * Frames, Frames);
            for (var n = 0; n < Frames; n++)
            {
                x[n] += a[n];
                y[n] += b[n];
                xx[n] += a[n] * a[n];
                yy[n] += b[n] * b[n];
                xy[n] += a[n] * b[n];
            }
        }

        var total = 0.0;
        for (var n = 0; n < Frames; n++)
        {
            var (varX, varY) = (xx[n] - (x[n] * x[n] / Bands), yy[n] - (y[n] * y[n] / Bands));
            var both = (double)varX * varY;
            if (both > 0) total += (xy[n] - (x[n] * y[n] / Bands)) / Math.Sqrt(both);
        }

        return total / Frames;
    }
}
