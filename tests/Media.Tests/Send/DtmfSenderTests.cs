// SPDX-License-Identifier: MIT
using Earshot.Media.Send;

namespace Earshot.Media.Tests.Send;

public class DtmfSenderTests
{
    [Fact]
    public void AKeyStartsWithAMarkerGrowsAndEndsThreeTimes()
    {
        var sender = new DtmfSender();
        Assert.False(sender.TryNext(0, 20, 8000, out _));
        sender.Enqueue(5, 100);
        var packets = new List<DtmfPacket>();
        for (uint t = 8000; sender.TryNext(t, 20, 8000, out var packet); t += 160)
            packets.Add(packet);

        Assert.Equal([160, 320, 480, 640, 800, 800, 800], packets.Select(p => (int)p.Duration));
        Assert.Equal([false, false, false, false, true, true, true], packets.Select(p => p.IsEnd));
        Assert.Equal([0], packets.Select((p, i) => (p, i)).Where(x => x.p.IsStart).Select(x => x.i));
        Assert.All(packets, p => Assert.Equal(8000u, p.Timestamp));
        Assert.All(packets, p => Assert.Equal(5, p.Event));
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
            if (!sender.TryNext(t, 20, 48000, out var packet))
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
