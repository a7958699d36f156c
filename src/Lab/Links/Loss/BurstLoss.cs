// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Links;

/// <summary>Losses that come in runs: Gilbert's two states, the bad one loses everything (Gilbert 1960, Elliott 1963 with h = 0, k = 1).</summary>
/// <remarks>
/// <code>
///            p = loss · r / (1 − loss)
///    good ─────────────────────────────► bad      length of a run: geometric, mean 1/r
///         ◄─────────────────────────────          share of the time in the bad state: p / (p + r) = loss
///                 r = 1 / mean
/// </code>
/// </remarks>
internal sealed class BurstLoss : ILossModel
{
    private readonly double _begins;
    private readonly double _ends;
    private bool _bad;

    /// <param name="share">Share of packets lost in the long run, 0 to 1.</param>
    /// <param name="meanLength">Mean length of a run of losses, packets.</param>
    /// <exception cref="ArgumentException">So much loss cannot come in runs so short.</exception>
    public BurstLoss(double share, double meanLength)
    {
        if (meanLength < 1 || share > meanLength / (meanLength + 1))
            throw new ArgumentException($"a loss of {share * 100:0.#} % cannot come in bursts of {meanLength:0.#} packets on average");
        _ends = 1 / meanLength;
        _begins = share * _ends / (1 - share);
    }

    /// <inheritdoc/>
    public bool Loses(SeededRandom random)
    {
        _bad = random.NextUnit() < (_bad ? 1 - _ends : _begins);
        return _bad;
    }
}
