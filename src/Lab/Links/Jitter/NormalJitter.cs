// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Links;

/// <summary>|N(0, σ)|: mean 0.80 σ, 99 % below 2.58 σ.</summary>
/// <param name="SigmaMs">Milliseconds.</param>
internal sealed record NormalJitter(double SigmaMs) : IJitterModel
{
    /// <inheritdoc/>
    public double NextMs(SeededRandom random, long packet)
    {
        // Box and Muller (1958); 1 − u keeps the logarithm off zero.
        double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextUnit()));
        return SigmaMs * Math.Abs(radius * Math.Cos(2 * Math.PI * random.NextUnit()));
    }
}
