// SPDX-License-Identifier: MIT
using Earshot.Audio.Buffers;

namespace Earshot.Audio.Tests;

public class RingTests
{
    [Fact]
    public void TwoThreadsPassEverySampleInOrder()
    {
        const int Total = 2_000_000;
        var ring = new SpscRing<int>(1000);
        var producer = new Thread(() =>
        {
            var block = new int[240];
            for (var next = 0; next < Total;)
            {
                for (var i = 0; i < block.Length; i++)
                    block[i] = next + i;
                next += ring.Write(block.AsSpan(0, Math.Min(block.Length, Total - next)));
            }
        });
        producer.Start();
        var (expected, wrong) = (0, 0);
        var read = new int[333];
        while (expected < Total)
        {
            var got = ring.Read(read);
            for (var i = 0; i < got; i++)
                wrong += read[i] == expected++ ? 0 : 1;
        }

        producer.Join();
        Assert.Equal(0, wrong);
        Assert.Equal(0, ring.Count);
    }

    [Fact]
    public void FullRingRefusesAndTheReaderMayDropTheOldest()
    {
        var ring = new SpscRing<short>(8);
        Assert.Equal(8, ring.Write([1, 2, 3, 4, 5, 6, 7, 8, 9]));
        Assert.False(ring.TryWrite([10]));
        Assert.Equal(5, ring.KeepNewest(3));
        Assert.True(ring.TryPeek(out var oldest));
        Assert.Equal(6, oldest);
        Assert.True(ring.TryWrite([11, 12]));
        var rest = new short[8];
        Assert.Equal(5, ring.Read(rest));
        Assert.Equal([6, 7, 8, 11, 12], rest[..5]);
    }

    [Fact]
    public void BlocksKeepTheirStampAndLength()
    {
        var ring = new StampedBlockRing(2);
        var block = new short[StampedBlockRing.MaxBlock];
        for (short round = 1; round < 10; round++)
        {
            Assert.True(ring.TryWrite([round, 2], round * 100));
            Assert.True(ring.TryWrite([3], 7));
            Assert.False(ring.TryWrite([4], 8));
            Assert.True(ring.TryRead(block, out var stamp, out var samples));
            Assert.Equal((round * 100L, 2, round), (stamp, samples, block[0]));
            Assert.True(ring.TryRead(block, out _, out _));
            Assert.False(ring.TryRead(block, out _, out _));
        }
    }
}
