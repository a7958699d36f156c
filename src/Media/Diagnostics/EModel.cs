// SPDX-License-Identifier: MIT
namespace Earshot.Media.Diagnostics;

/// <summary>Mean opinion score from delay and loss: the simplified E-model of ITU-T G.107 with the equipment impairment of G.113.</summary>
internal static class EModel
{
    /// <summary>Estimates a score.</summary>
    /// <param name="delayMs">Mouth to ear, milliseconds.</param>
    /// <param name="loss">Share of packets that were not played, 0 to 1.</param>
    /// <param name="robustness">Bpl of G.113: loss in percent that halves the rest of quality; about 25 with good concealment, 4.3 without.</param>
    /// <returns>1 to 4.5.</returns>
    public static double Score(double delayMs, double loss, double robustness)
    {
        double percent = Math.Clamp(loss, 0, 1) * 100;
        double impairment = percent == 0 ? 0 : 95 * percent / (percent + robustness);
        double rating = 93.2 - (0.024 * delayMs) - (0.11 * Math.Max(0, delayMs - 177.3)) - impairment;
        rating = Math.Clamp(rating, 0, 100);
        return Math.Clamp(1 + (0.035 * rating) + (rating * (rating - 60) * (100 - rating) * 7e-6), 1, 4.5);
    }
}
