// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Report;

/// <summary>Draws each call's scores as dots on a scale, plain Opus with in-band FEC under the same losses as rings below them.</summary>
internal static class ScorePlot
{
    private const double Width = 360;
    private const double Left = 50;
    private const double Right = Width - 44;
    private const double Row = 30;

    /// <summary>One drawing with its title and description; <paramref name="id"/> is unique on the page.</summary>
    public static void Draw(HtmlText page, ScenarioReport scenario, string id)
    {
        page.Add($"<svg class=\"plot\" viewBox=\"0 0 {Width} {(Row * scenario.Scores.Count) + 4}\" role=\"img\" aria-labelledby=\"{id}t {id}d\">");
        page.Add($"<title id=\"{id}t\">{scenario.Name}: scores</title>");
        page.Add($"<desc id=\"{id}d\">{string.Join(' ', scenario.Scores.Select(Description))}</desc>");
        for (var i = 0; i < scenario.Scores.Count; i++) Strip(page, scenario.Scores[i], (i * Row) + 12);
        page.AddRaw("</svg>");
    }

    private static void Strip(HtmlText page, ScoreStrip strip, double y)
    {
        var x = new PlotScale(strip.Least, strip.Most, Left, Right, strip.Most - strip.Least);
        page.Add($"<text x=\"{Left - 6}\" y=\"{y + 3.5}\" text-anchor=\"end\">{strip.Name}</text>");
        page.Add($"<path class=\"axis\" d=\"M{Left} {y}H{Right}\"/>");
        foreach (var end in new[] { strip.Least, strip.Most })
            page.Add($"<text class=\"small\" x=\"{x.At(end)}\" y=\"{y + 14}\" text-anchor=\"middle\">{end}</text>");
        foreach (var value in strip.Reference.Where(double.IsFinite))
            page.Add($"<circle class=\"plain\" cx=\"{x.At(value)}\" cy=\"{y + 8}\" r=\"2.5\"/>");
        foreach (var value in strip.Values.Where(double.IsFinite))
            page.Add($"<circle class=\"dot\" cx=\"{x.At(value)}\" cy=\"{y}\" r=\"3.5\"/>");
        var median = Median(strip.Values);
        if (double.IsNaN(median)) return;
        page.Add($"<path class=\"median\" d=\"M{x.At(median)} {y - 7}v14\"/>");
        page.Add($"<text class=\"figure\" x=\"{Width - 4}\" y=\"{y + 4}\" text-anchor=\"end\">{HtmlText.Number(median, 2)}</text>");
    }

    private static string Description(ScoreStrip strip)
    {
        var values = strip.Values.Where(double.IsFinite).ToArray();
        if (values.Length == 0) return $"{strip.Name} was not measured.";
        var text = $"{strip.Name} of {values.Length} calls, median {HtmlText.Number(Median(values), 2)}, lowest {HtmlText.Number(values.Min(), 2)}";
        return double.IsNaN(Median(strip.Reference)) ? $"{text}." : $"{text}; plain Opus with FEC {HtmlText.Number(Median(strip.Reference), 2)}.";
    }

    private static double Median(IEnumerable<double> of)
    {
        var values = of.Where(double.IsFinite).Order().ToArray();
        return values.Length == 0 ? double.NaN : (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
