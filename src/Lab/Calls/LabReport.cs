// SPDX-License-Identifier: MIT
using System.Globalization;
using Earshot.Lab.Report;
using Earshot.Media.Playout;

namespace Earshot.Lab.Calls;

/// <summary>Results as a page.</summary>
internal static class LabReport
{
    private const double BlockMs = LabEnd.PullSamples / 48.0;

    /// <summary>A grid.</summary>
    public static ReportPage Of(string matrix, IReadOnlyList<LabMatrixResult> cells)
    {
        var calls = cells.Sum(cell => cell.Calls.Count);
        var first = cells[0].Calls[0];
        return new(
            $"Earshot lab: {matrix}",
            Line($"{calls} calls over {cells.Count} networks, {first.Scenario.Duration.TotalSeconds:0} s each, {first.There.Codec} in packets of {first.Scenario.Media.PacketTime.TotalMilliseconds:0.#} ms, from seed {first.Scenario.Seed}. The figures are medians over each network's calls, with the worst decile beside them."),
            Columns,
            [.. cells.Select(Row)]);
    }

    /// <summary>One call.</summary>
    public static ReportPage Of(LabResult result)
    {
        var rows = new List<ScenarioReport> { Row(result.Scenario.Name, result, result.There) };
        if (result.Back is { } back) rows.Add(Row("the other way", result, back));
        return new("Earshot lab: one call", Line($"{result.Scenario.Duration.TotalSeconds:0.#} s of {result.There.Codec}, seed {result.Scenario.Seed}."), Columns, rows);
    }

    /// <summary>When blocks were made up, neighbours together.</summary>
    public static List<PlotSpan> MadeUp(LabTrack track)
    {
        var spans = new List<PlotSpan>();
        var before = false;
        foreach (var pull in track.Pulls)
        {
            var now = pull.Kind == PlayedKind.Concealed;
            if (now && before) spans[^1] = spans[^1] with { LengthMs = spans[^1].LengthMs + BlockMs };
            else if (now) spans.Add(new(pull.AtMs, BlockMs));
            before = now;
        }

        return spans;
    }

    /// <summary>A figure of each block.</summary>
    public static List<PlotPoint> Curve(LabTrack track, Func<LabPull, double> of) => [.. track.Pulls.Select(pull => new PlotPoint(pull.AtMs, of(pull)))];

    /// <summary>When packets came too late.</summary>
    public static List<double> Late(LabTrack track) => [.. track.Pulls.Where(pull => pull.Late > 0).Select(pull => (double)pull.AtMs)];

    private static IReadOnlyList<ReportColumn> Columns { get; } =
        [.. LabFigure.All.Select(f => new ReportColumn(f.Label, f.Unit, f.Meaning, f.Digits, f.MoreIsWorse))];

    private static ScenarioReport Row(LabMatrixResult cell)
    {
        var first = cell.Calls[0];
        return Row(cell.Name, first, first.There) with
        {
            Values = [.. LabFigure.All.Select(f => new ReportValue(cell.Median(f.Of), cell.Calls.Count > 1 ? cell.WorstDecile(f) : double.NaN))],
            Scores = [.. Strips(cell)],
        };
    }

    private static ScenarioReport Row(string name, LabResult result, OneWayResult way) => new()
    {
        Name = name,
        Drawn = Line($"voice {result.Scenario.Voice.Name}, seed {result.Scenario.Seed}"),
        Values = [.. LabFigure.All.Select(f => new ReportValue(f.Of(way) ?? double.NaN))],
        DurationMs = result.Scenario.Duration.TotalMilliseconds,
        Delay = Curve(way.Track, pull => pull.DelayMs),
        Target = Curve(way.Track, pull => pull.TargetMs),
        LateMs = Late(way.Track),
        LostMs = way.LostMs,
        Concealed = MadeUp(way.Track),
        Gaps = [.. (way.Scores.Speech?.Gaps.Gaps ?? []).Select(gap => new PlotSpan(gap.AtMs, gap.LengthMs))],
    };

    private static IEnumerable<ScoreStrip> Strips(LabMatrixResult cell)
    {
        if (cell.Calls[0].There.Scores.Speech is null) yield break;
        yield return new("ESTOI", 0.5, 1, Values(s => s.Speech?.Estoi), Values(s => s.Plain?.Fec.Estoi));
        yield return new("MOS", 1, 4.5, Values(s => s.Rating.Mos), []);

        double[] Values(Func<LabScores, double?> of) => [.. cell.Calls.Select(call => of(call.There.Scores)).OfType<double>()];
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
