// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Lab.Report;

/// <summary>Writes results as one HTML page that needs nothing else: no script, style, font or picture from anywhere.</summary>
/// <remarks>The same page gives the same bytes: numbers are written without regard to language, lines end with a line feed.</remarks>
internal static class HtmlReport
{
    /// <summary>The page in UTF-8.</summary>
    public static byte[] Write(ReportPage report)
    {
        foreach (var scenario in report.Scenarios)
        {
            if (scenario.Values.Count != report.Columns.Count)
                throw new ArgumentException($"'{scenario.Name}' needs a value for each of the {report.Columns.Count} columns", nameof(report));
        }

        var page = new HtmlText();
        Head(page, report);
        page.Add($"<body><main><header class=\"top\"><h1>{report.Title}</h1><p>{report.Summary}</p></header>");
        page.AddRaw("<section aria-labelledby=\"all\"><h2 id=\"all\">All networks</h2>");
        SummaryTable.Write(page, report);
        page.AddRaw("</section><section aria-labelledby=\"each\"><h2 id=\"each\">Over time</h2>");
        page.AddRaw(ReportAssets.Legend);
        page.AddRaw("<div class=\"cards\">");
        for (var i = 0; i < report.Scenarios.Count; i++) ScenarioCard.Write(page, report, i);
        page.AddRaw("</div></section>");
        Meanings(page, report);
        page.AddRaw($"</main>\n<script>\n{ReportAssets.Script}\n</script>\n</body>\n</html>");
        return Encoding.UTF8.GetBytes(page.ToString());
    }

    private static void Head(HtmlText page, ReportPage report)
    {
        page.AddRaw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">");
        page.AddRaw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">");
        page.Add($"<title>{report.Title}</title>");
        page.AddRaw($"<style>\n{ReportAssets.Style}\n</style>\n</head>");
    }

    private static void Meanings(HtmlText page, ReportPage report)
    {
        page.AddRaw("<section aria-labelledby=\"what\"><h2 id=\"what\">What the figures are</h2><dl class=\"meanings\">");
        foreach (var column in report.Columns)
            page.Add($"<div><dt>{column.Label}</dt><dd>{column.Meaning}</dd></div>");
        page.AddRaw("</dl></section>");
    }
}
