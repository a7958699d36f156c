// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Report;

/// <summary>The table of all scenarios: median, worst decile below it, and a bar that shows its part of the column's largest.</summary>
internal static class SummaryTable
{
    /// <summary>Writes it.</summary>
    public static void Write(HtmlText page, ReportPage report)
    {
        page.AddRaw("<p class=\"note\">Above the median of the calls, below what one call in ten does worse than; the bar is its part of the column's largest. A heading sorts.</p>");
        page.AddRaw("<div class=\"scroll\" role=\"region\" aria-label=\"All networks\" tabindex=\"0\"><table>");
        page.AddRaw("<caption>Figures of each network</caption>");
        page.AddRaw("<thead><tr><th scope=\"col\" aria-sort=\"none\"><button type=\"button\">network</button></th>");
        foreach (var column in report.Columns)
            page.Add($"<th scope=\"col\" aria-sort=\"none\" title=\"{column.Meaning}\"><button type=\"button\">{column.Label} <small>{column.Unit}</small></button></th>");
        page.AddRaw("</tr></thead><tbody>");
        var largest = Enumerable.Range(0, report.Columns.Count).Select(c => Largest(report, c)).ToArray();
        for (var row = 0; row < report.Scenarios.Count; row++) Row(page, report, row, largest);
        page.AddRaw("</tbody></table></div>");
    }

    private static void Row(HtmlText page, ReportPage report, int row, double[] largest)
    {
        var scenario = report.Scenarios[row];
        page.Add($"<tr><th scope=\"row\" data-v=\"{row}\"><a href=\"#s{row}\">{scenario.Name}</a></th>");
        for (var c = 0; c < report.Columns.Count; c++)
        {
            var (value, digits) = (scenario.Values[c], report.Columns[c].Digits);
            if (!double.IsFinite(value.Median))
            {
                page.AddRaw("<td data-v=\"\" class=\"none\">–</td>");
                continue;
            }

            var part = largest[c] > 0 ? Math.Clamp(value.Median / largest[c], 0, 1) * 100 : 0;
            var worst = double.IsFinite(value.Worst) ? HtmlText.Number(value.Worst, digits) : "";
            page.Add($"<td data-v=\"{Math.Round(value.Median, 6):R}\" style=\"--p:{Math.Round(part)}\">{HtmlText.Number(value.Median, digits)}<small>{worst}</small></td>");
        }

        page.AddRaw("</tr>");
    }

    private static double Largest(ReportPage report, int column) =>
        report.Scenarios.Select(s => s.Values[column].Median).Where(double.IsFinite).DefaultIfEmpty(0).Max();
}
