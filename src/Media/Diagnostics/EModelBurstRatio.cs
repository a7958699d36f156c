// SPDX-License-Identifier: MIT
namespace Earshot.Media.Diagnostics;

/// <summary>How much lost packets come together (ITU-T G.107 §7.3).</summary>
/// <remarks><code>BurstR = mean length of the runs of lost packets / what it would be if each were lost by itself: 1 / (1 − share lost)</code></remarks>
internal static class EModelBurstRatio
{
    /// <summary>Looks at packets in the order in which they were sent.</summary>
    /// <param name="lost">True for each that was not played.</param>
    /// <returns>About 1 for random loss and 1 without any; more for bursts.</returns>
    public static double Of(ReadOnlySpan<bool> lost)
    {
        var (count, runs, before) = (0, 0, false);
        foreach (var gone in lost)
        {
            if (gone) count++;
            if (gone && !before) runs++;
            before = gone;
        }

        return runs == 0 || count == lost.Length ? 1 : Of((double)count / runs, (double)count / lost.Length);
    }

    /// <summary>From figures.</summary>
    /// <param name="meanRun">Mean length of the runs of lost packets.</param>
    /// <param name="share">Share of packets lost, 0 to 1.</param>
    public static double Of(double meanRun, double share) => Math.Max(1, meanRun * (1 - share));
}
