// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Report;

/// <summary>One scenario: its drawings and its figures. All cards are alike, so that they read as small multiples.</summary>
internal static class ScenarioCard
{
    /// <summary>Writes it; <paramref name="index"/> is its row in the table.</summary>
    public static void Write(HtmlText page, ReportPage report, int index)
    {
        var scenario = report.Scenarios[index];
        page.Add($"<article id=\"s{index}\" aria-labelledby=\"h{index}\"><header><h3 id=\"h{index}\">{scenario.Name}</h3><p>{scenario.Drawn}</p></header>");
        DelayPlot.Draw(page, scenario, $"p{index}");
        if (scenario.Scores.Count > 0) ScorePlot.Draw(page, scenario, $"q{index}");
        page.AddRaw("<dl>");
        for (var c = 0; c < report.Columns.Count; c++) Figure(page, report.Columns[c], scenario.Values[c]);
        page.AddRaw("</dl></article>");
    }

    private static void Figure(HtmlText page, ReportColumn column, ReportValue value)
    {
        if (!double.IsFinite(value.Median)) return;
        var worst = double.IsFinite(value.Worst) ? HtmlText.Number(value.Worst, column.Digits) : "";
        page.Add($"<div><dt title=\"{column.Meaning}\">{column.Label}</dt><dd>{HtmlText.Number(value.Median, column.Digits)}<span> {column.Unit}</span><small>{worst}</small></dd></div>");
    }
}
