// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Calls;

/// <summary>How a delay was spread over the blocks of a call, milliseconds; NaN when nothing came.</summary>
/// <param name="MedianMs">Half of the blocks were faster.</param>
/// <param name="P95Ms">95 % were.</param>
/// <param name="P99Ms">99 % were.</param>
/// <param name="MaximumMs">The slowest.</param>
internal sealed record DelayFigures(double MedianMs, double P95Ms, double P99Ms, double MaximumMs)
{
    /// <summary>Reads a track.</summary>
    public static DelayFigures Of(LabTrack track, Func<LabPull, float> delay) =>
        new(track.Quantile(0.5, delay), track.Quantile(0.95, delay), track.Quantile(0.99, delay), track.Quantile(1, delay));
}
