// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Report;

//   200 ┤                                 delay (line), target (steps, dashed), gaps shaded over the whole height
//   100 ┤  ╭─╮___╭──────╮____
//     0 ┼──────────────────────────
//  lost │ |  ||    |                      one lane for each kind of event: place and colour tell them apart
//  late │       |
//  made │   ▌▌     ▌
//   gap │   ▌
//       0    5    10    15   20 s

/// <summary>Draws a call over time.</summary>
internal static class DelayPlot
{
    private const double Width = 360;
    private const double Left = 50;
    private const double Right = Width - 8;
    private const double Top = 10;
    private const double Bottom = 142;
    private const double LaneTop = Bottom + 9;
    private const double Lane = 14;
    private const double Mark = 9;
    private const double Height = LaneTop + (4 * Lane) + 20;

    /// <summary>One drawing with its title and description; <paramref name="id"/> is unique on the page.</summary>
    public static void Draw(HtmlText page, ScenarioReport scenario, string id)
    {
        var x = PlotScale.Time(scenario.DurationMs, Left, Right);
        var y = PlotScale.Delay(scenario.Delay.Concat(scenario.Target), Bottom, Top);
        page.Add($"<svg class=\"plot\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-labelledby=\"{id}t {id}d\">");
        page.Add($"<title id=\"{id}t\">{scenario.Name}: delay over time</title>");
        page.Add($"<desc id=\"{id}d\">{Description(scenario)}</desc>");
        Grid(page, x, y);
        page.Add($"<path class=\"hole\" d=\"{PlotPaths.Spans(scenario.Gaps, x, Top, Bottom - Top)}\"/>");
        page.Add($"<path class=\"target\" d=\"{PlotPaths.Steps(scenario.Target, x, y)}\"/>");
        page.Add($"<path class=\"delay\" d=\"{PlotPaths.Line(scenario.Delay, x, y)}\"/>");
        Lanes(page, scenario, x);
        page.AddRaw("</svg>");
    }

    private static void Grid(HtmlText page, PlotScale x, PlotScale y)
    {
        foreach (var value in y.Grid())
        {
            page.Add($"<path class=\"{(value == 0 ? "axis" : "grid")}\" d=\"M{Left} {y.At(value)}H{Right}\"/>");
            page.Add($"<text x=\"{Left - 6}\" y=\"{y.At(value) + 3.5}\" text-anchor=\"end\">{value}{(value == y.Most ? " ms" : "")}</text>");
        }

        var minutes = x.Step >= 60_000;
        foreach (var time in x.Grid())
        {
            page.Add($"<path class=\"grid\" d=\"M{x.At(time)} {Bottom}V{LaneTop + (4 * Lane)}\"/>");
            var unit = time + x.Step > x.Most ? minutes ? " min" : " s" : "";
            var anchor = x.At(time) > Right - 12 ? "end" : "middle";
            page.Add($"<text x=\"{(anchor == "end" ? Right : x.At(time))}\" y=\"{Height - 6}\" text-anchor=\"{anchor}\">{time / (minutes ? 60_000 : 1000)}{unit}</text>");
        }
    }

    private static void Lanes(HtmlText page, ScenarioReport scenario, PlotScale x)
    {
        string[] names = ["lost", "late", "made up", "gap"];
        for (var i = 0; i < names.Length; i++)
        {
            page.Add($"<path class=\"grid\" d=\"M{Left} {Middle(i)}H{Right}\"/>");
            page.Add($"<text x=\"{Left - 6}\" y=\"{Middle(i) + 3.5}\" text-anchor=\"end\">{names[i]}</text>");
        }

        page.Add($"<path class=\"lost\" d=\"{PlotPaths.Marks(scenario.LostMs, x, From(0), Mark)}\"/>");
        page.Add($"<path class=\"late\" d=\"{PlotPaths.Marks(scenario.LateMs, x, From(1), Mark)}\"/>");
        page.Add($"<path class=\"made\" d=\"{PlotPaths.Spans(scenario.Concealed, x, From(2), Mark)}\"/>");
        page.Add($"<path class=\"gap\" d=\"{PlotPaths.Spans(scenario.Gaps, x, From(3), Mark)}\"/>");
    }

    private static double Middle(int lane) => LaneTop + (lane * Lane) + (Lane / 2);

    private static double From(int lane) => Middle(lane) - (Mark / 2);

    private static string Description(ScenarioReport scenario)
    {
        var delays = scenario.Delay.Select(point => point.Value).Where(double.IsFinite).Order().ToArray();
        var range = delays.Length == 0
            ? "No delay was measured"
            : $"The delay is between {HtmlText.Number(delays[0], 0)} and {HtmlText.Number(delays[^1], 0)} ms, half of the time below {HtmlText.Number(delays[delays.Length / 2], 0)} ms";
        return $"{range}. In {HtmlText.Number(scenario.DurationMs / 1000, 0)} seconds {scenario.LostMs.Count} packets were lost, {scenario.LateMs.Count} came too late, "
            + $"{HtmlText.Number(scenario.Concealed.Sum(span => span.LengthMs), 0)} ms were made up, {scenario.Gaps.Count} gaps were heard.";
    }
}
