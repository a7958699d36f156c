// SPDX-License-Identifier: MIT
using Earshot.Cli.Commands;
using Earshot.Cli.Output;
using Earshot.Media;

namespace Earshot.Cli.Tests;

/// <summary>What <c>earshot latency TARGET</c> says of a way.</summary>
public sealed class LatencyTests
{
    private static readonly TimeSpan Block = TimeSpan.FromMilliseconds(10);

    [Theory]
    [InlineData(26.58)]
    [InlineData(200)]
    [InlineData(12)] // less than what packets and codec alone take: a wrong estimate must not make the parts more than the whole
    public void StagesAreTheHalf(double half)
    {
        var stages = Stages(half, new MouthToEarStages(16.65, 20, 6.5, 0.39, 23.63, 0));
        Assert.Equal(half, stages.Sum(s => (double)s.Value!), 6);
        Assert.All(stages, s => Assert.True((double)s.Value! >= 0));
    }

    [Fact]
    public void ThePartOfAPacketThatTheFirstBlockBringsIsNotCounted() =>
        Assert.Equal(10.0, Stages(100, new MouthToEarStages(1, 20, 6.5, 0.39, 23.63, 0)).First(s => s.Name == "framing").Value);

    [Theory]
    [InlineData(30.0, 24_000)] // 0.5 s
    [InlineData(600.0, 55_200)] // 1.15 s: one chirp is back before the next
    [InlineData(1400.0, 96_000)]
    [InlineData(null, 96_000)]
    public void ChirpsAreAsFrequentAsTheyCanBeToldApart(double? delay, int every) => Assert.Equal(every, CallChirps.Every(delay));

    private static IReadOnlyList<Field> Stages(double half, MouthToEarStages stages) =>
        (IReadOnlyList<Field>)LatencyStages.Of(half, stages, Block).First(f => f.Name == "stages").Value!;
}
