// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Links;

/// <summary>Delays that were measured somewhere, a packet each, from the first again when they are used up.</summary>
/// <param name="DelaysMs">Milliseconds; at least one.</param>
internal sealed record TraceJitter(IReadOnlyList<double> DelaysMs) : IJitterModel
{
    /// <inheritdoc/>
    public double NextMs(SeededRandom random, long packet) => DelaysMs[(int)(packet % DelaysMs.Count)];
}
