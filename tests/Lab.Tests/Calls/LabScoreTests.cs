// SPDX-License-Identifier: MIT
using Earshot.Lab.Calls;
using Earshot.Lab.Links;
using Earshot.Lab.Scoring;

namespace Earshot.Lab.Tests.Calls;

/// <summary>What listening says of a call agrees with what the playout says of itself, and with what the link did.</summary>
public sealed class LabScoreTests
{
    [Theory]
    [InlineData("clean", 0)]
    [InlineData("jitter", 0)]
    [InlineData("drift", 500)]
    [InlineData("drift", -500)]
    public void TheDelayInTheSoundIsThatOfTheTrack(string network, double ppm)
    {
        var way = Make(network, ppm, seconds: 40).There;
        Assert.InRange(way.Scores.Speech!.Delay.MedianMs, way.MouthToEar.MedianMs - 1, way.MouthToEar.MedianMs + 1);
        Assert.True(way.Scores.Speech.Estoi > 0.95, $"{way.Scores.Speech.Estoi:0.000}");
        Assert.InRange(way.Scores.Speech.Gaps.Share, 0, 0.001);
    }

    [Fact]
    public void EveryNetworkIsWorseThanNone()
    {
        var clean = Make("clean", 0).There.Scores;
        foreach (var network in (string[])["loss", "bursts", "outage", "bottleneck"])
        {
            var scores = Make(network, 0).There.Scores;
            Assert.True(scores.Speech!.Estoi < clean.Speech!.Estoi - 0.01, network);
            Assert.True(scores.Rating.Mos < clean.Rating.Mos - 0.1, network);
        }
    }

    [Fact]
    public void AnOutageIsAGapOfItsLength()
    {
        short[] said = LabVoice.Open("speech_de_f").Take(TimeSpan.FromSeconds(10));
        short[] cut = [.. said];
        cut.AsSpan(4 * 48000, 48000).Clear();
        double outage = GapMeter.Measure(said, cut).TotalMs;
        var gaps = Make("outage", 0).There.Scores.Speech!.Gaps;
        // Concealment speaks on for a tenth of a second, and what was on its way comes before it begins.
        Assert.InRange(outage, 300, 1000);
        Assert.InRange(gaps.TotalMs, outage - 250, outage + 20);
        Assert.All(gaps.Gaps, gap => Assert.InRange(gap.AtMs, 4000, 5200));
    }

    [Fact]
    public void BurstsAreKnownToTheEModel() => Assert.InRange(Make("bursts", 0).There.Scores.Rating.Inputs.BurstRatio, 1.8, 4);

    [Fact]
    public void PlainOpusIsScoredOverTheSameLosses()
    {
        var scores = Make("loss", 0).There.Scores;
        Assert.InRange(scores.Plain!.Fec.Estoi, scores.Plain.Concealed.Estoi + 0.02, 0.99);
        Assert.InRange(scores.Plain.Fec.Delay.MedianMs, 6, 7);
    }

    [Fact]
    public void ACallInWhichNothingArrivesIsAResultToo()
    {
        var result = LabResult.Of(Scenario(new() { Loss = 1 }));
        Assert.Equal(0, result.There.PacketsReceived);
        Assert.True(double.IsNaN(result.There.Delay.MedianMs));
        Assert.InRange(result.There.Scores.Rating.Mos, 1, 3);
        Assert.NotEmpty(LabJson.Of(result));
    }

    [Fact]
    public void AGridGivesTheSameBytesEveryTime()
    {
        var common = new LabScenario { Voice = LabVoice.Open("speech_en_m"), Duration = TimeSpan.FromSeconds(2) };
        Assert.Equal(Make(), Make());

        byte[] Make()
        {
            var cells = LabMatrix.Create("quick", common, keepsVoice: true, keepsDuration: true);
            var results = LabMatrixRun.Of(cells, _ => { }, CancellationToken.None);
            return [.. LabJson.Of("quick", results), .. Earshot.Lab.Report.HtmlReport.Write(LabReport.Of("quick", results))];
        }
    }

    // A delay needs some seconds to settle: before, its median depends on where in the call somebody speaks.
    private static LabResult Make(string network, double ppm, double seconds = 10) => LabResult.Of(
        Scenario(Bend(network)) with { DriftPpm = ppm, Compared = network == "loss", Duration = TimeSpan.FromSeconds(seconds) });

    private static LabScenario Scenario(LinkOptions link) =>
        new() { Voice = LabVoice.Open("speech_de_f"), Duration = TimeSpan.FromSeconds(10), Link = link, Seed = 2 };

    private static LinkOptions Bend(string how) => how switch
    {
        "jitter" => new() { Jitter = new UniformJitter(40) },
        "loss" => new() { Loss = 0.1 },
        "bursts" => new() { Loss = 0.1, Burst = 3 },
        "outage" => new() { Outage = new(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1)) },
        "bottleneck" => new() { Rate = new(40, TimeSpan.FromMilliseconds(100)) },
        _ => new(),
    };
}
