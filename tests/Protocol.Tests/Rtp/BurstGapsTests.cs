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

    [Theory]
    [InlineData(0)]
    [InlineData(0x7fff)]
    [InlineData(0x8000)]
    [InlineData(0xa000)]
    [InlineData(62535)]
    [InlineData(0xffff)]
    public void LossIsSeenFromTheFirstPacketOnWhateverItsNumber(int first)
    {
        var (bursts, same) = (Feed(i => i % 100 >= 5, first, 1000), Feed(i => i % 100 >= 5, 0, 1000));
        Assert.InRange(bursts.BurstPackets, 4, 6);
        Assert.Equal((same.BurstPackets, same.GapPackets, same.BurstDensity), (bursts.BurstPackets, bursts.GapPackets, bursts.BurstDensity));
    }

    [Fact]
    public void AStreamThatJumpsToAnyNumberIsFollowed()
    {
        var bursts = Feed(_ => true, 0, 1000);
        for (int i = 0; i < 1000; i++)
        {
            if (i % 100 >= 5)
                bursts.HandlePacket((ushort)(0x9000 + i));
        }

        Assert.InRange(bursts.BurstPackets, 4, 6);
    }

    [Fact]
    public void DiscardsAreAsGoodAsLosses()
    {
        var (lost, discarded) = (Feed(i => i % 100 >= 5), new BurstGaps());
        for (int i = 0; i < 100_000; i++)
        {
            discarded.HandlePacket((ushort)i);
            // Playback says so a block later.
            if (i > 0 && (i - 1) % 100 < 5)
                discarded.HandleDiscard((ushort)(i - 1));
        }

        Assert.Equal(lost.BurstPackets, discarded.BurstPackets, 0.1);
        Assert.Equal(lost.GapPackets, discarded.GapPackets, 0.2);
        Assert.Equal(lost.BurstDensity, discarded.BurstDensity, 0.01);
    }

    [Fact]
    public void ASecondCopyOfADiscardedPacketHelpsNobody()
    {
        var bursts = new BurstGaps();
        for (int i = 0; i < 2000; i++)
        {
            bursts.HandlePacket((ushort)i);
            if (i % 100 >= 5)
                continue;
            bursts.HandleDiscard((ushort)i);
            bursts.HandlePacket((ushort)i);
        }

        Assert.InRange(bursts.BurstPackets, 4, 6);
    }

    [Fact]
    public void WhatWasJudgedOrNeverCameIsNotJudgedAgain()
    {
        var bursts = new BurstGaps();
        bursts.HandleDiscard(5); // of nobody yet
        for (int i = 0; i < 2000; i++)
        {
            bursts.HandlePacket((ushort)i);
            bursts.HandleDiscard((ushort)(i - 40));
            bursts.HandleDiscard((ushort)(i + 10));
            bursts.HandleDiscard((ushort)(i + 0x8000));
        }

        Assert.Equal((0, 0), (bursts.GapDensity, bursts.BurstDensity));
    }

    [Fact]
    public void TheRatioOfAWindowForgetsWhatWasBefore()
    {
        var bursts = Feed(i => i % 100 >= 5, packets: 50_000);
        var before = bursts.Counts;
        Assert.True(bursts.BurstRatio > 3);
        for (int i = 50_000; i < 51_000; i++)
        {
            if (i % 20 != 0)
                bursts.HandlePacket((ushort)i);
        }

        Assert.InRange(BurstGaps.RatioOf(bursts.Counts, before), 1, 1.5);
        Assert.Equal(1, BurstGaps.RatioOf(bursts.Counts, bursts.Counts));
    }

    private static BurstGaps Feed(Func<int, bool> arrives, int first = 0, int packets = 100_000)
    {
        var bursts = new BurstGaps();
        for (int i = 0; i < packets; i++)
        {
            if (arrives(i))
                bursts.HandlePacket((ushort)(first + i));
        }

        return bursts;
    }
}
