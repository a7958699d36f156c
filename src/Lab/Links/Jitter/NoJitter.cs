// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Links;

/// <summary>Every packet takes the base delay.</summary>
internal sealed record NoJitter : IJitterModel
{
    /// <inheritdoc/>
    public double NextMs(SeededRandom random, long packet) => 0;
}
