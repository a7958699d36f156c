// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Text;

namespace Earshot.Lab.Report;

/// <summary>Turns data into SVG paths that are no finer than a drawing is: ten minutes take no more bytes than ten seconds.</summary>
internal static class PlotPaths
{
    private const double Column = 0.5; // narrower than a line
    private const double Smallest = 0.8; // narrower is not seen

    /// <summary>A line. Of all points in a column the first, the lowest, the highest and the last are kept, so that no spike is lost.</summary>
    public static string Line(IReadOnlyList<PlotPoint> points, PlotScale x, PlotScale y)
    {
        var path = new StringBuilder();
        var pen = false;
        for (int from = 0, to; from < points.Count; from = to)
        {
            var column = (int)(x.At(points[from].AtMs) / Column);
            for (to = from + 1; to < points.Count && (int)(x.At(points[to].AtMs) / Column) == column;) to++;
            foreach (var i in Outline(points, from, to))
            {
                var known = double.IsFinite(points[i].Value);
                if (known) Append(path, pen ? 'L' : 'M', x.At(points[i].AtMs), y.At(points[i].Value));
                pen = known;
            }
        }

        return path.ToString();
    }

    /// <summary>A line that keeps its height until the next point.</summary>
    public static string Steps(IReadOnlyList<PlotPoint> points, PlotScale x, PlotScale y)
    {
        var corners = new List<PlotPoint>();
        foreach (var point in points)
        {
            if (corners.Count > 0 && corners[^1].Value != point.Value) Extend(corners[^1] with { AtMs = point.AtMs });
            Extend(point);
        }

        return Line(corners, x, y);

        void Extend(PlotPoint point)
        {
            var level = corners.Count > 1 && corners[^1].Value == point.Value && corners[^2].Value == point.Value;
            if (level) corners[^1] = point;
            else corners.Add(point);
        }
    }

    /// <summary>Upright marks, one for all that fall together.</summary>
    public static string Marks(IEnumerable<double> timesMs, PlotScale x, double y, double height)
    {
        var path = new StringBuilder();
        var last = double.NegativeInfinity;
        foreach (var time in timesMs.Order())
        {
            var at = x.At(time);
            if (at - last < Smallest) continue;
            Append(path, 'M', at, y);
            path.Append(CultureInfo.InvariantCulture, $"v{height:0.##}");
            last = at;
        }

        return path.ToString();
    }

    /// <summary>Boxes, joined where there would be no space between them, wide enough to be seen.</summary>
    public static string Spans(IEnumerable<PlotSpan> spans, PlotScale x, double y, double height)
    {
        var path = new StringBuilder();
        var (from, to) = (double.NaN, double.NaN);
        foreach (var span in spans.OrderBy(span => span.AtMs))
        {
            var (left, right) = (x.At(span.AtMs), x.At(span.AtMs + span.LengthMs));
            if (left <= to + Column) to = Math.Max(to, right);
            else (from, to) = Next(left, right);
        }

        Next(0, 0);
        return path.ToString();

        (double, double) Next(double left, double right)
        {
            if (!double.IsNaN(from))
            {
                Append(path, 'M', from, y);
                path.Append(CultureInfo.InvariantCulture, $"h{Math.Max(Smallest, to - from):0.##}v{height:0.##}H{from:0.##}z");
            }

            return (left, right);
        }
    }

    private static SortedSet<int> Outline(IReadOnlyList<PlotPoint> points, int from, int to)
    {
        var (low, high) = (from, from);
        var kept = new SortedSet<int> { from, to - 1 };
        for (var i = from; i < to; i++)
        {
            var value = points[i].Value;
            if (double.IsFinite(value) && !(points[low].Value <= value)) low = i;
            if (double.IsFinite(value) && !(points[high].Value >= value)) high = i;
            if (i > from && double.IsFinite(value) != double.IsFinite(points[i - 1].Value)) kept.Add(i);
        }

        kept.Add(low);
        kept.Add(high);
        return kept;
    }

    private static void Append(StringBuilder path, char verb, double x, double y) =>
        path.Append(CultureInfo.InvariantCulture, $"{verb}{x:0.##} {y:0.##}");
}
