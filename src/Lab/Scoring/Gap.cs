// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Scoring;

/// <summary>A hole in what was heard.</summary>
/// <param name="AtMs">Where it begins, since the call began.</param>
/// <param name="LengthMs">10 ms at least.</param>
internal readonly record struct Gap(double AtMs, double LengthMs);

/// <summary>All holes.</summary>
/// <param name="ActiveMs">How long speech should have been heard.</param>
/// <param name="Gaps">In order.</param>
internal sealed record GapReport(double ActiveMs, IReadOnlyList<Gap> Gaps)
{
    /// <summary>All of them together.</summary>
    public double TotalMs => Gaps.Sum(gap => gap.LengthMs);

    /// <summary>The longest; 0 without any.</summary>
    public double LongestMs => Gaps.Count == 0 ? 0 : Gaps.Max(gap => gap.LengthMs);

    /// <summary>Share of the active speech, 0 to 1; NaN when nobody spoke.</summary>
    public double Share => ActiveMs == 0 ? double.NaN : TotalMs / ActiveMs;
}
