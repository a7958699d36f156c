// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Measurement;

/// <summary>How loud, how clean and how noisy a recording is.</summary>
/// <param name="PeakDbfs">Highest sample, dB below full scale; −100 for silence.</param>
/// <param name="RmsDbfs">Root of the mean square of the whole, dB below full scale.</param>
/// <param name="NoiseFloorDbfs">The level that the quietest tenth of the 20 ms pieces stays below.</param>
/// <param name="ClippedSamples">Samples in runs of three or more at full scale.</param>
internal sealed record LevelAnalysis(double PeakDbfs, double RmsDbfs, double NoiseFloorDbfs, int ClippedSamples)
{
    private const int Piece = 960;
    private const int ClippedRun = 3;

    /// <summary>Analyses 16-bit mono at 48 kHz.</summary>
    public static LevelAnalysis Of(ReadOnlySpan<short> samples)
    {
        var (peak, clipped, run) = (0, 0, 0);
        foreach (int sample in samples)
        {
            peak = Math.Max(peak, Math.Abs(sample));
            run = sample is >= short.MaxValue or <= -short.MaxValue ? run + 1 : 0;
            clipped += run == ClippedRun ? ClippedRun : run > ClippedRun ? 1 : 0;
        }

        return new LevelAnalysis(ToDbfs(peak), ToDbfs(Rms(samples)), ToDbfs(NoiseFloor(samples)), clipped);
    }

    private static double NoiseFloor(ReadOnlySpan<short> samples)
    {
        var levels = new List<double>();
        for (var at = 0; at + Piece <= samples.Length; at += Piece)
            levels.Add(Rms(samples.Slice(at, Piece)));
        levels.Sort();
        return levels.Count == 0 ? 0 : levels[levels.Count / 10];
    }

    private static double Rms(ReadOnlySpan<short> samples)
    {
        var sum = 0.0;
        foreach (double sample in samples)
            sum += sample * sample;
        return samples.IsEmpty ? 0 : Math.Sqrt(sum / samples.Length);
    }

    private static double ToDbfs(double level) => level < 0.33 ? -100 : 20 * Math.Log10(level / 32768);
}
