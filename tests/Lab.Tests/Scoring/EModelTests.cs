// SPDX-License-Identifier: MIT
using Earshot.Media.Diagnostics;

namespace Earshot.Lab.Tests.Scoring;

public class EModelTests
{
    [Fact]
    public void WithoutAnyImpairmentItIsTheRecommendationsBest()
    {
        var rating = EModel.Rate(new EModelInputs());

        Assert.Equal(93.2, rating.Rating, 1e-9);
        Assert.Equal(4.41, rating.Mos, 0.005); // G.107 annex B
    }

    // G.107 annex B, table B.1: the bounds of the classes of satisfaction.
    [Theory]
    [InlineData(90, 4.34)]
    [InlineData(80, 4.03)]
    [InlineData(70, 3.60)]
    [InlineData(60, 3.10)]
    [InlineData(50, 2.58)]
    public void OpinionFollowsTheRecommendationsTable(double rating, double mos) =>
        Assert.Equal(mos, EModel.Rate(new EModelInputs { Codec = new(EModel.BestRating - rating, 25.1) }).Mos, 0.01);

    [Fact]
    public void ItShowsWhatItIsMadeOf()
    {
        var rating = EModel.Rate(new EModelInputs { DelayMs = 277.3, LossPercent = 5, BurstRatio = 2, Codec = EModelCodec.Of("pcmu") });

        Assert.Equal((0.024 * 277.3) + 11, rating.DelayImpairment, 1e-9);
        Assert.Equal(95 * 5 / (2.5 + 25.1), rating.EquipmentImpairment, 1e-9);
        Assert.Equal(93.2 - rating.DelayImpairment - rating.EquipmentImpairment, rating.Rating, 1e-9);
    }

    [Fact]
    public void TheSameLossInBurstsIsWorse()
    {
        var scattered = EModel.Rate(new EModelInputs { LossPercent = 10 });
        var together = EModel.Rate(new EModelInputs { LossPercent = 10, BurstRatio = 3 });

        Assert.True(together.Mos < scattered.Mos);
        Assert.Equal(EModel.Score(0, 0.1, 25.1), scattered.Mos, 1e-12);
    }

    [Fact]
    public void BurstRatioIsOneForRandomLossAndMoreForBursts()
    {
        var random = new SeededRandom(3);
        var scattered = Enumerable.Range(0, 100_000).Select(_ => random.NextUnit() < 0.1).ToArray();
        var bursts = Enumerable.Range(0, 100_000).Select(i => i % 30 < 3).ToArray();

        Assert.Equal(1, EModelBurstRatio.Of(scattered), 0.02);
        Assert.Equal(3 * 0.9, EModelBurstRatio.Of(bursts), 0.01);
        Assert.Equal(1, EModelBurstRatio.Of(new bool[10]));
        Assert.Equal(1, EModelBurstRatio.Of([]));
        Assert.Equal(1, EModelBurstRatio.Of([true, true]));
    }
}
