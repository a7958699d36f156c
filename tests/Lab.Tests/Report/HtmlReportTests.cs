// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Earshot.Lab.Report;

namespace Earshot.Lab.Tests.Report;

public class HtmlReportTests
{
    [Fact]
    public void TheSameResultsGiveTheSameBytesInEveryCountry()
    {
        var before = CultureInfo.CurrentCulture;
        var first = HtmlReport.Write(Page(Scenario("clean", seconds: 20)));
        try
        {
            var commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            commas.NumberFormat.NumberDecimalSeparator = ",";
            commas.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = commas;

            Assert.Equal(first, HtmlReport.Write(Page(Scenario("clean", seconds: 20))));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void ThePageNeedsNothingElse()
    {
        var html = Html(Page(Scenario("clean", 20)));

        Assert.DoesNotMatch(@"https?:|//\w|\ssrc=|<link|@import|url\(|<img|<iframe|fetch\(", html);
        Assert.All(Regex.Matches(html, "href=\"([^\"]*)\"").Select(m => m.Groups[1].Value), target => Assert.StartsWith("#s", target));
        Assert.Contains("name=\"viewport\"", html);
        Assert.Contains("prefers-color-scheme:dark", html);
        Assert.DoesNotContain("\r", html);
    }

    [Fact]
    public void DrawingsAreWellFormedAndSayWhatTheyShow()
    {
        var html = Html(Page(Scenario("clean", 20), Scenario("loss 10 %", 20)));
        var drawings = Regex.Matches(html, "<svg class=\"plot\".*?</svg>", RegexOptions.Singleline).Select(m => XElement.Parse(m.Value)).ToArray();

        Assert.Equal(4, drawings.Length);
        Assert.All(drawings, svg =>
        {
            Assert.Equal("img", svg.Attribute("role")!.Value);
            Assert.Equal($"{svg.Element("title")!.Attribute("id")!.Value} {svg.Element("desc")!.Attribute("id")!.Value}", svg.Attribute("aria-labelledby")!.Value);
            Assert.NotEmpty(svg.Element("desc")!.Value);
        });
        Assert.Contains("half of the time below 37 ms. In 20 seconds 2 packets were lost, 1 came too late, 50 ms were made up, 1 gaps were heard", drawings[0].Element("desc")!.Value);
        var names = Regex.Matches(html, " id=\"([^\"]*)\"").Select(m => m.Groups[1].Value).ToArray();
        Assert.Equal(names.Distinct(), names);
    }

    [Fact]
    public void TheTableHasHeadingsThatSortAndValuesToSortBy()
    {
        var html = Html(Page(Scenario("clean", 20), Scenario("silence", 20) with { Values = [new(double.NaN), new(0.5)] }));

        Assert.Equal(3, Regex.Count(html, "<th scope=\"col\" aria-sort=\"none\""));
        Assert.Equal(2, Regex.Count(html, "<th scope=\"row\""));
        Assert.Contains("<td data-v=\"12.5\" style=\"--p:100\">12.5<small>20.0</small></td>", html);
        Assert.Contains("<td data-v=\"\" class=\"none\">–</td>", html);
    }

    [Fact]
    public void NamesAreTextWhateverIsInThem()
    {
        const string name = "</title><script>alert('x')</script> & \"{0}\"";
        var html = Html(Page(Scenario(name, 20)) with { Title = name, Summary = name });

        Assert.DoesNotContain("<script>alert", html);
        Assert.Equal(1, Regex.Count(html, "<script>"));
        Assert.Contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;{0}&quot;", html);
    }

    [Fact]
    public void AnHourTakesNoMoreRoomThanAMinute()
    {
        var minute = HtmlReport.Write(Page(Scenario("clean", 60))).Length;
        var hour = HtmlReport.Write(Page(Scenario("clean", 3600))).Length;

        Assert.InRange(hour, 1, 2 * minute);
    }

    [Fact]
    public void NothingMeasuredIsStillAPage()
    {
        var empty = new ScenarioReport { Name = "nothing", Values = [new(double.NaN), new(double.NaN)], DurationMs = 0 };

        Assert.Contains("No delay was measured", Html(Page(empty)));
        Assert.Contains("<h2", Html(Page()));
    }

    [Fact]
    public void ARowWithoutItsValuesIsRefused() =>
        Assert.Throws<ArgumentException>(() => HtmlReport.Write(Page(Scenario("clean", 20) with { Values = [] })));

    private static string Html(ReportPage page) => Encoding.UTF8.GetString(HtmlReport.Write(page));

    private static ReportPage Page(params ScenarioReport[] scenarios) => new(
        "Lab", "Two calls.", [new("delay", "ms", "Of the sound.", 1, true), new("ESTOI", "", "Intelligibility.", 3, false)], scenarios);

    private static ScenarioReport Scenario(string name, int seconds) => new()
    {
        Name = name,
        Drawn = "voice a, seed 1",
        DurationMs = seconds * 1000,
        Values = [new(12.5, 20), new(0.91)],
        Delay = [.. Enumerable.Range(0, seconds * 100).Select(i => new PlotPoint(i * 10, i is > 50 and < 60 ? double.NaN : 30 + (i * 7 % 21)))],
        Target = [.. Enumerable.Range(0, seconds * 100).Select(i => new PlotPoint(i * 10, 20 + (i / 100 % 3)))],
        LostMs = [100, 900],
        LateMs = [500],
        Concealed = [new(100, 20), new(900, 30)],
        Gaps = [new(910, 15)],
        Scores = [new("ESTOI", 0, 1, [0.9, 0.91, 0.95], [0.8])],
    };
}
