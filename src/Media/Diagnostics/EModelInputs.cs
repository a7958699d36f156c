// SPDX-License-Identifier: MIT
namespace Earshot.Media.Diagnostics;

/// <summary>What the E-model judges a call by.</summary>
internal readonly record struct EModelInputs
{
    /// <summary>No delay, no loss, a codec that costs nothing.</summary>
    public EModelInputs()
    {
    }

    /// <summary>Mouth to ear.</summary>
    public double DelayMs { get; init; }

    /// <summary>Ppl: packets that were not played and not recovered, 0 to 100.</summary>
    public double LossPercent { get; init; }

    /// <summary>BurstR: 1 for random loss, more for bursts. See <see cref="EModelBurstRatio"/>.</summary>
    public double BurstRatio { get; init; } = 1;

    /// <summary>The codec and its concealment.</summary>
    public EModelCodec Codec { get; init; } = new(0, 25.1);
}

/// <summary>What a call is worth, and why.</summary>
/// <param name="Inputs">What it was judged by.</param>
/// <param name="DelayImpairment">Id: what delay takes.</param>
/// <param name="EquipmentImpairment">Ie,eff: what codec and loss take.</param>
/// <param name="Rating">R, 0 to 93.2: above 80 people are satisfied, below 60 nearly all are not (G.107 annex B).</param>
/// <param name="Mos">Mean opinion score, 1 to 4.41.</param>
internal readonly record struct EModelRating(
    EModelInputs Inputs, double DelayImpairment, double EquipmentImpairment, double Rating, double Mos);
