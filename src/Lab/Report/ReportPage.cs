// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Report;

/// <summary>Everything that a page shows. Nothing of it may depend on when, where or by whom it was made.</summary>
/// <param name="Title">On top.</param>
/// <param name="Summary">One or two sentences below it: what was called, how often, how it is measured.</param>
/// <param name="Columns">Figures of the table, in order.</param>
/// <param name="Scenarios">Rows of the table; each has its plots.</param>
internal sealed record ReportPage(
    string Title, string Summary, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<ScenarioReport> Scenarios);

/// <summary>A figure that scenarios are compared by.</summary>
/// <param name="Label">Short: "p95", "ESTOI".</param>
/// <param name="Unit">"ms", "%" or empty.</param>
/// <param name="Meaning">One sentence for whoever does not know it.</param>
/// <param name="Digits">After the point.</param>
/// <param name="MoreIsWorse">True for delays, false for scores, null for what is neither.</param>
internal sealed record ReportColumn(string Label, string Unit, string Meaning, int Digits, bool? MoreIsWorse);

/// <summary>A figure of a scenario.</summary>
/// <param name="Median">Over its calls; NaN is not measured.</param>
/// <param name="Worst">Worst decile over its calls; NaN when there was one call.</param>
internal readonly record struct ReportValue(double Median, double Worst = double.NaN);
