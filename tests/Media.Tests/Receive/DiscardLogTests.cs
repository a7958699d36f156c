// SPDX-License-Identifier: MIT
using Earshot.Media.Receive;

namespace Earshot.Media.Tests.Receive;

public class DiscardLogTests
{
    private readonly DiscardLog _log = new();

    [Fact]
    public void WhatIsNotedIsTakenInOrder()
    {
        for (int round = 0; round < 200; round++)
        {
            _log.Note(uint.MaxValue, (ushort)round);
            _log.Note(7, ushort.MaxValue);
            Assert.True(_log.TryTake(out uint ssrc, out ushort sequence));
            Assert.Equal((uint.MaxValue, (ushort)round), (ssrc, sequence));
            Assert.True(_log.TryTake(out ssrc, out sequence));
            Assert.Equal((7u, ushort.MaxValue), (ssrc, sequence));
            Assert.False(_log.TryTake(out _, out _));
        }
    }

    [Fact]
    public void AStormIsCutAndNothingIsLostBehindIt()
    {
        for (int i = 0; i < 1000; i++)
            _log.Note(1, (ushort)i);
        int taken = 0;
        while (_log.TryTake(out _, out ushort sequence))
            Assert.Equal(taken++, sequence);
        Assert.Equal(64, taken);
        _log.Note(2, 5);
        Assert.True(_log.TryTake(out uint ssrc, out _));
        Assert.Equal(2u, ssrc);
    }

    [Fact]
    public async Task TwoThreadsPassEveryOneWhole()
    {
        const int All = 20_000;
        var writer = Task.Run(() =>
        {
            for (uint i = 0; i < All; i++)
                _log.Note(i, (ushort)i);
        }, TestContext.Current.CancellationToken);
        uint last = 0;
        for (bool ended = false; !ended;)
        {
            ended = writer.IsCompleted;
            while (_log.TryTake(out uint ssrc, out ushort sequence))
            {
                Assert.Equal((ushort)ssrc, sequence);
                Assert.True(ssrc >= last);
                last = ssrc;
            }
        }

        await writer;
    }
}
