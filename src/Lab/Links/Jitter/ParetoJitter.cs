// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Links;

/// <summary>Pareto's long tail, shifted to begin at 0: scale · ((1 − u)^(−1/2.5) − 1), at most 20 · scale. Mean 0.67, 99 % below 5.3 scales.</summary>
/// <param name="ScaleMs">Milliseconds.</param>
internal sealed record ParetoJitter(double ScaleMs) : IJitterModel
{
    private const double Shape = 2.5;
    private const double Cap = 20;

    /// <inheritdoc/>
    public double NextMs(SeededRandom random, long packet) =>
        ScaleMs * Math.Min(Cap, Math.Pow(1 - random.NextUnit(), -1 / Shape) - 1);
}
