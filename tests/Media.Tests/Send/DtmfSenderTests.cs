// SPDX-License-Identifier: MIT
using Earshot.Media.Send;
using Earshot.Protocol.Rtp;

namespace Earshot.Media.Tests.Send;

public class DtmfSenderTests
{
    [Fact]
    public void AKeyStartsWithAMarkerGrowsAndEndsThreeTimes()
    {
        var sender = new DtmfSender();
        Assert.False(sender.TryNext(0, 960, 8000, out _));
        sender.Enqueue(5, 100);
        var packets = new List<DtmfPacket>();
        for (uint t = 8000; sender.TryNext(t, 960, 8000, out var packet); t += 160)
            packets.Add(packet);

        Assert.Equal([160, 320, 480, 640, 800, 800, 800], packets.Select(p => (int)p.Duration));
        Assert.Equal([false, false, false, false, true, true, true], packets.Select(p => p.IsEnd));
        Assert.Equal([0], packets.Select((p, i) => (p, i)).Where(x => x.p.IsStart).Select(x => x.i));
        Assert.All(packets, p => Assert.Equal(8000u, p.Timestamp));
        Assert.All(packets, p => Assert.Equal(5, p.Event));
    }

    [Fact]
    public void AKeyInFramesOfTwoAndAHalfMillisecondsGrowsByTheFrame()
    {
        var sender = new DtmfSender();
        sender.Enqueue(5, 100);
        var packets = new List<DtmfPacket>();
        for (uint t = 0; sender.TryNext(t, 120, 8000, out var packet); t += 20)
            packets.Add(packet);

        Assert.Equal(42, packets.Count);
        Assert.Equal(Enumerable.Range(1, 40).Select(i => 20 * i), packets.Take(40).Select(p => (int)p.Duration));
        Assert.Equal([39, 40, 41], packets.Select((p, i) => (p, i)).Where(x => x.p.IsEnd).Select(x => x.i));
        int pause = 0;
        sender.Enqueue(5, 100);
        while (!sender.TryNext(0, 120, 8000, out _))
            pause++;
        // One more ended the loop above: 40 ms in all, less the frame that the next key begins in.
        Assert.Equal(14, pause);
    }

    [Theory]
    [InlineData(120)]
    [InlineData(960)]
    [InlineData(2880)]
    public void AKeyLongerThanTheDurationsFieldGoesOnInSegments(int frame)
    {
        const uint Start = uint.MaxValue - 70_000;
        var sender = new DtmfSender();
        sender.Enqueue(5, 6000);
        var packets = new List<DtmfPacket>();
        for (uint t = Start; sender.TryNext(t, frame, 48000, out var packet); t += (uint)frame)
            packets.Add(packet);

        var segments = packets.GroupBy(p => p.Timestamp).ToList();
        Assert.Equal([0u, 65535, 131070, 196605, 262140], segments.Select(s => s.Key - Start));
        Assert.All(segments.SkipLast(1), s => Assert.Equal((65535, false), (s.Last().Duration, s.Last().IsEnd)));
        Assert.All(segments, s => Assert.Equal(s.Select(p => p.Duration).Order(), s.Select(p => p.Duration)));
        Assert.Equal(288_000, segments.Sum(s => s.Last().Duration));
        Assert.Equal(3, packets.Count(p => p.IsEnd));
        Assert.True(packets[0].IsStart);
        Assert.Single(packets, p => p.IsStart);
    }

    [Fact]
    public void ASendersSegmentsAreOneKeyToAReceiver()
    {
        var sender = new DtmfSender();
        var keys = default(KeyTracker);
        int told = 0;
        for (int key = 0; key < 3; key++)
            sender.Enqueue(9, 4000);
        for (uint t = 0; t < 48000 * 15; t += 960)
        {
            if (sender.TryNext(t, 960, 48000, out var p) && keys.HandleEvent(new(p.Event, p.IsEnd, 10, p.Duration), 0, p.Timestamp, p.IsStart, 48000))
                told++;
        }

        Assert.Equal(3, told);
    }

    [Fact]
    public void TwoKeysAreToldApartByTheirTimeStampsAndAPause()
    {
        var sender = new DtmfSender();
        sender.Enqueue(1, 60);
        sender.Enqueue(1, 60);
        var starts = new List<uint>();
        int sound = 0;
        for (uint t = 0; t < 960 * 30; t += 960)
        {
            if (!sender.TryNext(t, 960, 48000, out var packet))
                sound++;
            else if (packet.IsStart)
                starts.Add(packet.Timestamp);
        }

        Assert.Equal(2, starts.Count);
        Assert.True(starts[1] - starts[0] >= 960 * 6);
        Assert.True(sound >= 1);
    }

    [Theory]
    [InlineData('0', 0)]
    [InlineData('9', 9)]
    [InlineData('*', 10)]
    [InlineData('#', 11)]
    [InlineData('A', 12)]
    [InlineData('d', 15)]
    [InlineData('x', -1)]
    public void KeysHaveTheCodesOfTheStandard(char key, int code)
    {
        Assert.Equal(code, DtmfSender.CodeOf(key));
        if (code >= 0)
            Assert.Equal(char.ToUpperInvariant(key), DtmfSender.KeyOf(code));
    }

    [Fact]
    public void TheQueueIsBounded()
    {
        var sender = new DtmfSender();
        int taken = 0;
        while (sender.Enqueue(0, 100))
            taken++;
        Assert.Equal(32, taken);
    }
}
