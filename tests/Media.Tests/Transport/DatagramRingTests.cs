// SPDX-License-Identifier: MIT
using Earshot.Media.Transport;

namespace Earshot.Media.Tests.Transport;

public class DatagramRingTests
{
    [Fact]
    public void DatagramsComeOutWholeAndInOrder()
    {
        var ring = new DatagramRing(8, 1000);
        var random = new Random(1);
        var waiting = new Queue<byte[]>();
        for (int i = 0; i < 10_000; i++)
        {
            byte[] datagram = new byte[random.Next(0, 400)];
            random.NextBytes(datagram);
            if (ring.TryWrite(datagram))
                waiting.Enqueue(datagram);
            while (waiting.Count > random.Next(8))
            {
                Assert.True(ring.TryPeek(out var read));
                Assert.Equal(waiting.Dequeue(), read.ToArray());
                ring.Release();
            }
        }

        Assert.InRange(ring.Dropped, 1, 9_000);
    }

    [Fact]
    public void ItIsBoundedByNumberAndByBytes()
    {
        var ring = new DatagramRing(4, 100);
        Assert.False(ring.TryWrite(new byte[101]));
        for (int i = 0; i < 4; i++)
            Assert.True(ring.TryWrite([1]));
        Assert.False(ring.TryWrite([1]));
        for (int i = 0; i < 4; i++)
            ring.Release();
        Assert.True(ring.IsEmpty);
        Assert.False(ring.TryPeek(out _));
        Assert.True(ring.TryWrite(new byte[60]));
        Assert.False(ring.TryWrite(new byte[60]));
        Assert.Equal(3, ring.Dropped);
    }

    [Fact]
    public async Task TwoThreadsLoseNothing()
    {
        var ring = new DatagramRing(64, 4096);
        const int Count = 100_000;
        var writer = Task.Run(() =>
        {
            byte[] datagram = new byte[100];
            for (int i = 0; i < Count; i++)
            {
                datagram.AsSpan(0, 4 + (i % 90)).Fill((byte)i);
                BitConverter.TryWriteBytes(datagram, i);
                while (!ring.TryWrite(datagram.AsSpan(0, 4 + (i % 90))))
                    Thread.Yield();
            }
        });
        for (int i = 0; i < Count; i++)
            ReadOne(ring, i);
        await writer;
    }

    private static void ReadOne(DatagramRing ring, int number)
    {
        Span<byte> read;
        while (!ring.TryPeek(out read))
            Thread.Yield();
        Assert.Equal(4 + (number % 90), read.Length);
        Assert.Equal(number, BitConverter.ToInt32(read));
        Assert.True(read[4..].IndexOfAnyExcept((byte)number) < 0);
        ring.Release();
    }
}
