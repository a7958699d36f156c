// SPDX-License-Identifier: MIT
using Earshot.Lab.Links;
using Earshot.Protocol;

namespace Earshot.Lab.Tests.Links;

/// <summary>A stream of 20 ms packets over a link: what arrives, when, and what the log says of it.</summary>
public sealed class SimulatedLinkTests
{
    [Fact]
    public void ACleanLinkDelaysEverythingAlike()
    {
        var (link, arrivals) = Carry(new() { Delay = TimeSpan.FromMilliseconds(30) }, 100);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => ((i * 20.0) + 30, i)), arrivals);
        Assert.All(link.Log.Records, r => Assert.Equal(PacketFate.Delivered, r.Fate));
    }

    [Fact]
    public void JitterLetsPacketsOvertakeUnlessInOrder()
    {
        var options = new LinkOptions { Delay = TimeSpan.Zero, Jitter = new UniformJitter(100) };
        Assert.NotEqual(Enumerable.Range(0, 200), Carry(options, 200).Arrivals.Select(a => a.Packet));
        var inOrder = Carry(options with { InOrder = true }, 200).Arrivals;
        Assert.Equal(Enumerable.Range(0, 200), inOrder.Select(a => a.Packet));
        Assert.All(inOrder, a => Assert.InRange(a.AtMs - (a.Packet * 20), 0, 100));
    }

    [Fact]
    public void TheLogKnowsEveryPacket()
    {
        var (link, arrivals) = Carry(new() { Jitter = new NormalJitter(15), Loss = 0.2, Duplicate = 0.1 }, 2000);
        var delivered = link.Log.Records.Index().Where(r => r.Item.Fate == PacketFate.Delivered).ToArray();
        Assert.Equal(2000, link.Log.Records.Count);
        Assert.Equal(link.Lost, link.Log.Count(PacketFate.Lost));
        Assert.Equal(arrivals.Select(a => a.Packet).Distinct().Order(), delivered.Select(d => d.Index));
        Assert.Equal(arrivals.Count - delivered.Length, link.Log.CopiesArrived(new(long.MaxValue - 1)));
        foreach (var (at, packet) in arrivals)
        {
            var line = link.Log.Records[packet];
            Assert.True(line.ArrivesAt.TotalMilliseconds == at || line.CopyArrivesAt.TotalMilliseconds == at);
            Assert.Equal(packet, line.Sequence);
        }
    }

    [Fact]
    public void OtherLossLeavesTheJitterOfEachPacketAsItWas()
    {
        var options = new LinkOptions { Jitter = new ParetoJitter(8) };
        var all = Carry(options, 1000).Arrivals.ToDictionary(a => a.Packet, a => a.AtMs);
        var some = Carry(options with { Loss = 0.3, Duplicate = 0.0, Rate = null }, 1000).Arrivals;
        Assert.InRange(some.Count, 600, 800);
        Assert.All(some, a => Assert.Equal(all[a.Packet], a.AtMs));
    }

    [Fact]
    public void HeldBackPacketsAreOvertaken()
    {
        var (_, arrivals) = Carry(new() { Delay = TimeSpan.Zero, Reorder = new(0.05, TimeSpan.FromMilliseconds(50)) }, 2000);
        Assert.InRange(arrivals.Count(a => a.AtMs - (a.Packet * 20) == 50) / 2000.0, 0.035, 0.065);
        Assert.NotEqual(Enumerable.Range(0, 2000), arrivals.Select(a => a.Packet));
    }

    [Fact]
    public void ABottleneckQueuesThenDrops()
    {
        // 100 bytes and 28 of headers each 20 ms are 51.2 kbit/s: 40 kbit/s lets 78 % through, behind a queue of 100 ms.
        var (link, arrivals) = Carry(new() { Delay = TimeSpan.Zero, Rate = new(40, TimeSpan.FromMilliseconds(100)) }, 2000);
        Assert.InRange(arrivals.Count / 2000.0, 0.77, 0.80);
        Assert.Equal(2000 - arrivals.Count, link.Log.Count(PacketFate.QueueFull));
        Assert.InRange(arrivals.Max(a => a.AtMs - (a.Packet * 20)), 100, 126);
        Assert.Equal(25.6, arrivals[0].AtMs, 6);
        Assert.Equal(arrivals.Order(), arrivals);
    }

    [Fact]
    public void AnOutageSwallowsWhatIsSentInIt()
    {
        var (link, arrivals) = Carry(new() { Outage = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)) }, 300);
        Assert.Equal(Enumerable.Range(0, 50).Concat(Enumerable.Range(150, 150)), arrivals.Select(a => a.Packet));
        Assert.Equal(100, link.Log.Count(PacketFate.SentInOutage));
    }

    private static (SimulatedLink Link, List<(double AtMs, int Packet)> Arrivals) Carry(LinkOptions options, int packets, ulong seed = 11)
    {
        var link = new SimulatedLink(options, new SeededRandom(seed));
        var arrivals = new List<(double, int)>();
        var packet = new byte[100];
        packet[0] = 0x80;
        for (var i = 0; i < packets; i++)
        {
            Receive(Instant.FromMilliseconds(i * 20) - TimeSpan.FromTicks(1));
            (packet[2], packet[3]) = ((byte)(i >> 8), (byte)i);
            link.Send(Instant.FromMilliseconds(i * 20), packet);
        }

        Receive(new(long.MaxValue - 1));
        return (link, arrivals);

        void Receive(Instant until)
        {
            while (link.NextArrival is var at && link.TryReceive(until, out var datagram))
                arrivals.Add((at.TotalMilliseconds, (datagram[2] << 8) | datagram[3]));
        }
    }
}
