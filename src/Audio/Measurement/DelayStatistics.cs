// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Measurement;

/// <summary>Delays of many probes in milliseconds, as <c>earshot latency</c> prints them.</summary>
/// <param name="MedianMs">Half are shorter.</param>
/// <param name="P95Ms">95 % are not longer.</param>
/// <param name="MinMs">The shortest.</param>
/// <param name="MaxMs">The longest.</param>
/// <param name="Samples">Probes that were found.</param>
/// <param name="Missed">Probes that were played and not found.</param>
internal sealed record DelayStatistics(double MedianMs, double P95Ms, double MinMs, double MaxMs, int Samples, int Missed)
{
    /// <summary>Sums up; all zero when there is no delay.</summary>
    public static DelayStatistics Of(IEnumerable<double> delaysMs, int missed)
    {
        var sorted = delaysMs.Order().ToArray();
        if (sorted.Length == 0)
            return new DelayStatistics(0, 0, 0, 0, 0, missed);
        var p95 = sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(0.95 * sorted.Length) - 1)];
        return new DelayStatistics(sorted[sorted.Length / 2], p95, sorted[0], sorted[^1], sorted.Length, missed);
    }
}
