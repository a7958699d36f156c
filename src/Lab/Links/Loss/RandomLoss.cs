// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Links;

/// <summary>Each packet is lost with the same probability, whatever became of the one before.</summary>
internal sealed class RandomLoss(double share) : ILossModel
{
    /// <inheritdoc/>
    public bool Loses(SeededRandom random) => random.NextUnit() < share;
}
