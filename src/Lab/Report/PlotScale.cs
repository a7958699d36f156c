// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Report;

/// <summary>Maps values to places in a drawing.</summary>
/// <param name="Least">Value at <paramref name="From"/>.</param>
/// <param name="Most">Value at <paramref name="To"/>.</param>
/// <param name="From">Place.</param>
/// <param name="To">Place; less than <paramref name="From"/> for what grows upwards.</param>
/// <param name="Step">Between two lines of the grid.</param>
internal readonly record struct PlotScale(double Least, double Most, double From, double To, double Step)
{
    private const double HeadRoom = 1.08;
    private static readonly double[] Limits = [50, 100, 200, 400, 1000, 2000, 4000, 10000];

    /// <summary>Where a value is; outside of the scale it is at the edge.</summary>
    public double At(double value) => From + (Math.Clamp((value - Least) / (Most - Least), 0, 1) * (To - From));

    /// <summary>The lines of the grid.</summary>
    public IEnumerable<double> Grid()
    {
        for (var i = 0; Least + (i * Step) <= Most * 1.0001; i++) yield return Least + (i * Step);
    }

    /// <summary>Delays: few different limits, so that most plots compare at a glance; one in a hundred points may be off the top.</summary>
    public static PlotScale Delay(IEnumerable<PlotPoint> points, double from, double to)
    {
        var values = points.Select(point => point.Value).Where(double.IsFinite).Order().ToArray();
        var most = values.Length == 0 ? 0 : values[(int)((values.Length - 1) * 0.99)];
        var limit = Limits.FirstOrDefault(limit => limit >= most * HeadRoom, Limits[^1]);
        return new(0, limit, from, to, limit / (limit == 50 ? 5 : 4));
    }

    /// <summary>Time: at most seven ticks of 1, 2, 5 or 10 seconds, minutes, …</summary>
    public static PlotScale Time(double durationMs, double from, double to)
    {
        double[] steps = [500, 1000, 2000, 5000, 10_000, 20_000, 60_000, 120_000, 300_000, 600_000];
        var most = Math.Max(1, durationMs);
        return new(0, most, from, to, steps.FirstOrDefault(step => most / step <= 7, Math.Max(steps[^1], most / 6)));
    }
}
