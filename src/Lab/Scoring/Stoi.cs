// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;

namespace Earshot.Lab.Scoring;

/// <summary>
/// Short-time objective intelligibility: C. Taal, R. Hendriks, R. Heusdens, J. Jensen, "An algorithm for intelligibility prediction of
/// time-frequency weighted noisy speech", IEEE Transactions on Audio, Speech and Language Processing 19 (7), 2011.
/// </summary>
/// <remarks>
/// For each band j and each segment of N = 30 frames, x of the clean and y of the other signal (vectors of N band values):
/// <code>
///   y'(n) = min( ‖x‖ / ‖y‖ · y(n),  (1 + 10^(15/20)) · x(n) )              (3) level taken out; noise counts down to −15 dB, not below
///   d     = (x − μx)ᵀ (y' − μy') / ( ‖x − μx‖ ‖y' − μy'‖ )                 (5) their correlation
///   STOI  = mean of d over all bands and segments                          (6)
/// </code>
/// </remarks>
internal static class Stoi
{
    private const double Tiny = 1e-20;
    private static readonly float Clip = (float)(1 + Math.Pow(10, 15 / 20.0));

    /// <summary>Compares 48 kHz mono, in step with each other.</summary>
    /// <returns>About 0 (nothing understood) to 1 (identical); NaN when less than 0.4 s is spoken.</returns>
    public static double Score(ReadOnlySpan<short> clean48k, ReadOnlySpan<short> degraded48k) => Score(SpeechBands.Of(clean48k, degraded48k));

    /// <summary>Compares bands that are there already.</summary>
    public static double Score(SpeechBands bands)
    {
        var sum = 0.0;
        for (var band = 0; band < SpeechBands.Bands; band++)
        {
            ReadOnlySpan<float> clean = bands.Clean(band), degraded = bands.Degraded(band);
            for (var at = 0; at < bands.Segments; at++)
                sum += Similarity(clean.Slice(at, SpeechBands.Segment), degraded.Slice(at, SpeechBands.Segment));
        }

        return bands.Segments == 0 ? double.NaN : sum / (bands.Segments * SpeechBands.Bands);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Similarity(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var (xx, yy, sumX) = (0f, 0f, 0f);
        for (var n = 0; n < x.Length; n++)
        {
            xx += x[n] * x[n];
            yy += y[n] * y[n];
            sumX += x[n];
        }

        var level = yy == 0 ? 0 : MathF.Sqrt(xx / yy);
        var mean = sumX / x.Length;
        var (sumY, sumYy, sumXy, sumXx) = (0f, 0f, 0f, 0f);
        for (var n = 0; n < x.Length; n++)
        {
            var heard = MathF.Min(level * y[n], Clip * x[n]);
            var said = x[n] - mean;
            sumY += heard;
            sumYy += heard * heard;
            sumXy += said * heard; // said has no mean, so neither need heard lose its own
            sumXx += said * said;
        }

        var spread = sumYy - (sumY * sumY / x.Length);
        return sumXy / Math.Sqrt(Math.Max(Tiny, (double)sumXx * spread));
    }
}
