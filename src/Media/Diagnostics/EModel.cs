// SPDX-License-Identifier: MIT
namespace Earshot.Media.Diagnostics;

/// <summary>Mean opinion score from delay and loss: the simplified E-model of ITU-T G.107 with the equipment impairment of G.113.</summary>
/// <remarks>
/// <code>
///   R      = 93.2 − Id − Ie,eff                                          93.2: all of G.107's other inputs at their defaults
///   Id     = 0.024 · d + 0.11 · max(0, d − 177.3)                        d: mouth to ear, ms
///   Ie,eff = Ie + (95 − Ie) · Ppl / (Ppl / BurstR + Bpl)                 Ppl: loss, percent (G.107 §7.3, equation 7-29)
///   MOS    = 1 + 0.035 R + R (R − 60) (100 − R) · 7·10⁻⁶                 (G.107 annex B)
/// </code>
/// The scale is G.107's narrow-band one (at most 4.4) for every codec, so that figures compare; the wide-band scales (G.107.1, G.107.2) give
/// wider bands more, but nothing is standardised on them for Opus.
/// </remarks>
internal static class EModel
{
    /// <summary>R without delay, codec and loss.</summary>
    public const double BestRating = 93.2;

    /// <summary>Estimates a score for random loss and a codec that costs nothing.</summary>
    /// <param name="delayMs">Mouth to ear, milliseconds.</param>
    /// <param name="loss">Share of packets that were not played, 0 to 1.</param>
    /// <param name="robustness">Bpl of G.113: loss in percent that halves the rest of quality; about 25 with good concealment, 4.3 without.</param>
    /// <returns>1 to 4.5.</returns>
    public static double Score(double delayMs, double loss, double robustness) =>
        Rate(new EModelInputs { DelayMs = delayMs, LossPercent = loss * 100, Codec = new(0, robustness) }).Mos;

    /// <summary>Estimates a score, and shows what it is made of.</summary>
    public static EModelRating Rate(in EModelInputs inputs)
    {
        var delay = DelayImpairment(inputs.DelayMs);
        var equipment = EquipmentImpairment(inputs);
        var rating = Math.Clamp(BestRating - delay - equipment, 0, 100);
        return new(inputs, delay, equipment, rating, Opinion(rating));
    }

    private static double DelayImpairment(double delayMs) => (0.024 * delayMs) + (0.11 * Math.Max(0, delayMs - 177.3));

    private static double EquipmentImpairment(in EModelInputs inputs)
    {
        var (ie, bpl) = (inputs.Codec.Impairment, inputs.Codec.Robustness);
        var percent = Math.Clamp(inputs.LossPercent, 0, 100);
        return percent == 0 ? ie : ie + ((95 - ie) * percent / ((percent / Math.Max(1, inputs.BurstRatio)) + bpl));
    }

    private static double Opinion(double rating) =>
        Math.Clamp(1 + (0.035 * rating) + (rating * (rating - 60) * (100 - rating) * 7e-6), 1, 4.5);
}
