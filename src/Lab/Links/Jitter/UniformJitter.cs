// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Links;

/// <summary>U(0, most).</summary>
/// <param name="MostMs">Milliseconds.</param>
internal sealed record UniformJitter(double MostMs) : IJitterModel
{
    /// <inheritdoc/>
    public double NextMs(SeededRandom random, long packet) => MostMs * random.NextUnit();
}
