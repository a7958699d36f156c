// SPDX-License-Identifier: MIT
using Earshot.Lab.Report;

namespace Earshot.Lab.Tests.Report;

public class PlotPathsTests
{
    private static readonly PlotScale X = new(0, 1000, 0, 100, 100);
    private static readonly PlotScale Y = new(0, 100, 100, 0, 50);

    [Fact]
    public void ALineBreaksWhereNothingIsKnown() =>
        Assert.Equal("M0 90L10 80M30 70", PlotPaths.Line([new(0, 10), new(100, 20), new(200, double.NaN), new(300, 30)], X, Y));

    [Fact]
    public void ASpikeOfOnePointInManyIsDrawn()
    {
        var points = Enumerable.Range(0, 10_000).Select(i => new PlotPoint(i * 0.1, i == 5003 ? 100 : 50)).ToArray();

        var path = PlotPaths.Line(points, X, Y);

        Assert.Contains("L50.03 0L", path);
        Assert.True(path.Length < 10_000);
    }

    [Fact]
    public void AStepIsUprightAndAPlateauTakesTwoPoints() =>
        Assert.Equal("M0 90L20 90L20 50L40 50", PlotPaths.Steps([new(0, 10), new(100, 10), new(200, 50), new(300, 50), new(400, 50)], X, Y));

    [Fact]
    public void MarksThatFallTogetherAreOne() =>
        Assert.Equal("M10 5v9M20 5v9", PlotPaths.Marks([200, 100, 101, 102], X, 5, 9));

    [Fact]
    public void SpansAreJoinedAndNeverTooNarrowToSee() =>
        Assert.Equal("M10 0h4v9H10zM50 0h0.8v9H50z", PlotPaths.Spans([new(120, 20), new(100, 20), new(500, 1)], X, 0, 9));

    [Theory]
    [InlineData(10, 50)]
    [InlineData(60, 100)]
    [InlineData(97, 200)]
    [InlineData(99_999, 10_000)]
    public void DelaysHaveFewScalesWithRoomAbove(double most, double limit) =>
        Assert.Equal(limit, PlotScale.Delay([new(0, most)], 100, 0).Most);

    [Theory]
    [InlineData(5_000)]
    [InlineData(30_000)]
    [InlineData(600_000)]
    [InlineData(36_000_000)]
    public void TimeHasAFewTicks(double durationMs) =>
        Assert.InRange(PlotScale.Time(durationMs, 0, 300).Grid().Count(), 3, 8);
}
