// SPDX-License-Identifier: MIT
using System.Globalization;
using Earshot.Lab.Calls;

namespace Earshot.Cli.Lab;

/// <summary>A grid's figures as a table: median, and in brackets what one call in ten does worse than.</summary>
internal static class MatrixText
{
    private const int NameWidth = 26;
    private const int ColumnWidth = 14;

    // What a terminal has room for; the JSON and the page have all.
    private static readonly LabFigure[] Shown = [.. LabFigure.All.Where(f => f.Name is not ("mouthToEarMs" or "targetMs" or "delaySpanMs"))];

    /// <summary>Heading, a line for each network.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<LabMatrixResult> cells)
    {
        yield return "median (worst decile)".PadRight(NameWidth) + string.Concat(Shown.Select(f => f.Label.PadLeft(ColumnWidth)));
        yield return new string(' ', NameWidth) + string.Concat(Shown.Select(f => f.Unit.PadLeft(ColumnWidth)));
        foreach (var cell in cells)
            yield return cell.Name.PadRight(NameWidth) + string.Concat(Shown.Select(f => Text(cell, f).PadLeft(ColumnWidth)));
    }

    private static string Text(LabMatrixResult cell, LabFigure figure)
    {
        var (median, worst) = (cell.Median(figure.Of), cell.WorstDecile(figure));
        var digits = figure.Digits;
        return double.IsNaN(median) ? "-"
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Round(median, digits)} ({Math.Round(worst, digits)})");
    }
}
