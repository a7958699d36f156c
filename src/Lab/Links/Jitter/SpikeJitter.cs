// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Links;

/// <summary>Now and then a packet comes late by the same time; the others do not.</summary>
/// <param name="Share">Share of late packets, 0 to 1.</param>
/// <param name="HeightMs">Milliseconds.</param>
internal sealed record SpikeJitter(double Share, double HeightMs) : IJitterModel
{
    /// <inheritdoc/>
    public double NextMs(SeededRandom random, long packet) => random.NextUnit() < Share ? HeightMs : 0;
}
