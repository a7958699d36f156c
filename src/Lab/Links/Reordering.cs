// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Links;

/// <summary>Some packets are held back, so that those behind overtake them.</summary>
/// <param name="Share">Share of them, 0 to 1.</param>
/// <param name="HeldBack">How long.</param>
internal sealed record Reordering(double Share, TimeSpan HeldBack);
