// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Links;

/// <summary>The path changes: from one packet on every packet takes longer.</summary>
/// <param name="FromPacket">The first of them.</param>
/// <param name="HeightMs">Milliseconds.</param>
internal sealed record StepJitter(long FromPacket, double HeightMs) : IJitterModel
{
    /// <inheritdoc/>
    public double NextMs(SeededRandom random, long packet) => packet >= FromPacket ? HeightMs : 0;
}
