// SPDX-License-Identifier: MIT
using Earshot.Lab.Links;

namespace Earshot.Lab.Tests.Links;

public sealed class LossModelTests
{
    private const int Packets = 400_000;

    [Theory]
    [InlineData(0.03)]
    [InlineData(0.2)]
    public void RandomLossComesInRunsOfChance(double share)
    {
        var (lost, run) = Measure(new RandomLoss(share));
        Assert.InRange(lost, share * 0.97, share * 1.03);
        Assert.InRange(run, 0.98 / (1 - share), 1.02 / (1 - share));
    }

    [Theory]
    [InlineData(0.1, 3)]
    [InlineData(0.1, 8)]
    [InlineData(0.02, 2)]
    [InlineData(0.3, 1)]
    public void BurstsHaveTheirMeanLengthAndTheirShare(double share, double mean)
    {
        var (lost, run) = Measure(new BurstLoss(share, mean));
        Assert.InRange(lost, share * 0.94, share * 1.06);
        Assert.InRange(run, mean * 0.95, mean * 1.05);
    }

    [Fact]
    public void BurstsTooShortForTheLossAreRefused() => Assert.Throws<ArgumentException>(() => new BurstLoss(0.6, 1));

    private static (double Share, double MeanRun) Measure(ILossModel model)
    {
        var dice = new SeededRandom(5);
        var (lost, runs, before) = (0, 0, false);
        for (var i = 0; i < Packets; i++)
        {
            var now = model.Loses(dice);
            lost += now ? 1 : 0;
            runs += now && !before ? 1 : 0;
            before = now;
        }

        return (lost / (double)Packets, lost / (double)runs);
    }
}
