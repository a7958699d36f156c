// SPDX-License-Identifier: MIT
using Earshot.Protocol.Rtp;

namespace Earshot.Protocol.Tests.Rtp;

public class BurstGapsTests
{
    [Theory]
    [InlineData(0.05, 0.05, 0.25)]
    [InlineData(0.1, 0.1, 0.3)]
    [InlineData(0.3, 0.2, 0.35)]
    public void IndependentLossesAreThinBursts(double loss, double least, double most)
    {
        var random = new Random(1);
        var bursts = Feed(_ => random.NextDouble() >= loss);
        Assert.InRange(bursts.BurstDensity, least, most);
    }

    [Fact]
    public void RunsOfThreeAreDenseBursts()
    {
        var random = new Random(1);
        int left = 0;
        var bursts = Feed(_ =>
        {
            left = left > 0 ? left - 1 : random.NextDouble() < 0.035 ? 3 : 0;
            return left == 0;
        });
        Assert.True(bursts.BurstDensity > 0.35, $"{bursts.BurstDensity:F2}");
    }

    [Fact]
    public void BurstsOfFiveEachTwoSecondsHaveTheirLengths()
    {
        var bursts = Feed(i => i % 100 >= 5);
        Assert.InRange(bursts.BurstPackets, 4, 6);
        Assert.InRange(bursts.GapPackets, 94, 97);
        Assert.InRange(bursts.BurstDensity, 0.95, 1);
        Assert.Equal(0, bursts.GapDensity);
    }

    [Fact]
    public void OvertakenAndRepeatedPacketsAreNoLoss()
    {
        var bursts = new BurstGaps();
        for (int i = 0; i < 2000; i += 2)
        {
            bursts.HandlePacket((ushort)(65000 + i + 1));
            bursts.HandlePacket((ushort)(65000 + i));
            bursts.HandlePacket((ushort)(65000 + i));
        }

        Assert.Equal((0, 0, 0), (bursts.GapDensity, bursts.BurstPackets, bursts.BurstDensity));
    }

    private static BurstGaps Feed(Func<int, bool> arrives)
    {
        var bursts = new BurstGaps();
        for (int i = 0; i < 100_000; i++)
        {
            if (arrives(i))
                bursts.HandlePacket((ushort)i);
        }

        return bursts;
    }
}
