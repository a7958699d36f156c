// SPDX-License-Identifier: MIT
using Earshot.Media.Send;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Send;

public class SentTimesTests
{
    private readonly SentTimes _sent = new();

    [Fact]
    public void ThePacketBehindTheHighestIsOnTheWay()
    {
        Send(65_500, 100);
        // The last but four arrived: what was sent 60 ms before the last one is not there.
        Assert.Equal(60 + 10, _sent.InFlightMs(At((99 * 20) + 10), unchecked((ushort)(65_500 + 95))));
        Assert.Equal(At(0), _sent.First);
        Assert.Equal(100u, _sent.Packets);
    }

    [Fact]
    public void APauseOfOursIsNoQueue()
    {
        Send(100, 50);
        Assert.Equal(0, _sent.InFlightMs(At(60_000), 149));
    }

    [Theory]
    [InlineData(150)]   // not sent yet
    [InlineData(99)]    // before the first
    [InlineData(40_000)]
    public void WhatWasNeverSentTellsNothing(int highest)
    {
        Send(100, 50);
        Assert.Equal(0, _sent.InFlightMs(At(2000), (ushort)highest));
    }

    [Fact]
    public void AnotherSourceKnowsNothingOfTheOneBefore()
    {
        Send(100, 50);
        _sent.Reset();
        Assert.Equal(0, _sent.InFlightMs(At(2000), 120));
        Assert.Equal((0u, Instant.Never), (_sent.Packets, _sent.First));
        Send(120, 5);
        Assert.Equal(0, _sent.InFlightMs(At(2000), 119));
        Assert.Equal(1980, _sent.InFlightMs(At(2000), 120));
    }

    private void Send(int first, int packets)
    {
        for (int i = 0; i < packets; i++)
            _sent.Note(At(20 * i), (ushort)(first + i));
    }

    private static Instant At(double ms) => Instant.FromMilliseconds(ms);
}
