// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Report;

/// <summary>One network: its figures, and one call over it drawn over time.</summary>
internal sealed record ScenarioReport
{
    /// <summary>Short, unique on the page.</summary>
    public required string Name { get; init; }

    /// <summary>What is drawn: "voice speech_en_m, seed 3"; may be empty.</summary>
    public string Drawn { get; init; } = "";

    /// <summary>One for each column of the page.</summary>
    public required IReadOnlyList<ReportValue> Values { get; init; }

    /// <summary>Length of the drawn call.</summary>
    public required double DurationMs { get; init; }

    /// <summary>Delay over time; NaN interrupts the line. Any number of points: they are thinned.</summary>
    public IReadOnlyList<PlotPoint> Delay { get; init; } = [];

    /// <summary>The buffer's target delay over time.</summary>
    public IReadOnlyList<PlotPoint> Target { get; init; } = [];

    /// <summary>When packets came too late to be played.</summary>
    public IReadOnlyList<double> LateMs { get; init; } = [];

    /// <summary>When packets were sent that never came.</summary>
    public IReadOnlyList<double> LostMs { get; init; } = [];

    /// <summary>What was made up.</summary>
    public IReadOnlyList<PlotSpan> Concealed { get; init; } = [];

    /// <summary>Holes that were heard.</summary>
    public IReadOnlyList<PlotSpan> Gaps { get; init; } = [];

    /// <summary>Each call's scores, drawn as dots.</summary>
    public IReadOnlyList<ScoreStrip> Scores { get; init; } = [];
}

/// <summary>A point in time.</summary>
/// <param name="AtMs">Since the call began.</param>
/// <param name="Value">Milliseconds; NaN is not known.</param>
internal readonly record struct PlotPoint(double AtMs, double Value);

/// <summary>A stretch of time.</summary>
/// <param name="AtMs">Since the call began.</param>
/// <param name="LengthMs">From there.</param>
internal readonly record struct PlotSpan(double AtMs, double LengthMs);

/// <summary>A score of all calls of a scenario on one scale.</summary>
/// <param name="Name">"ESTOI".</param>
/// <param name="Least">Left end of the scale.</param>
/// <param name="Most">Right end.</param>
/// <param name="Values">One for each call.</param>
/// <param name="Reference">Plain Opus with in-band FEC under the same losses, drawn beside them; empty draws none.</param>
internal sealed record ScoreStrip(
    string Name, double Least, double Most, IReadOnlyList<double> Values, IReadOnlyList<double> Reference);
