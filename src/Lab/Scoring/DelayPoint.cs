// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Scoring;

/// <summary>How late some speech was heard.</summary>
/// <param name="AtMs">When it was said: the middle of the piece that was looked for, since the call began.</param>
/// <param name="DelayMs">From mouth to ear.</param>
/// <param name="Similarity">Normalised correlation of what was said with what was heard, up to 1.</param>
internal readonly record struct DelayPoint(double AtMs, double DelayMs, double Similarity);
