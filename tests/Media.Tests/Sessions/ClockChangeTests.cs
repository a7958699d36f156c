// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Rtcp;
using Earshot.Protocol.Rtp;

namespace Earshot.Media.Tests.Sessions;

/// <summary>Another RTP clock or key in a running call, and two sources in a row (RFC 7160).</summary>
public class ClockChangeTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnotherClockTakesAnotherSource(bool encrypted)
    {
        var (a, b) = PaperKeys.Pair(encrypted);
        var before = Talk(a, b, 0, 10);
        ChangeClock(a, 48000, At(200));
        var after = Talk(a, b, 200, 10);

        Assert.Single(before.Select(p => p.Ssrc).Distinct());
        Assert.Single(after.Select(p => p.Ssrc).Distinct());
        Assert.NotEqual(before[0].Ssrc, after[0].Ssrc);
        Assert.True(after[0].Marker);
        Assert.All(after.Zip(after.Skip(1)), p => Assert.Equal(960u, p.Second.Timestamp - p.First.Timestamp));
        Assert.Equal(20, a.Media.Send.Packets);
        // A new source from the peer's address is believed with its second packet.
        Assert.Equal(19, b.DrainPlayback());
        Assert.Equal(0, b.Media.Receive.SecurityRefusals);
    }

    [Fact]
    public void TheSameClockKeepsItsSource()
    {
        var (a, b) = PaperKeys.Pair(encrypted: true);
        uint before = Talk(a, b, 0, 3)[0].Ssrc;
        a.Media.Apply(At(60), a.Plan with { Send = a.Plan.Send with { PayloadType = 8 } });
        Assert.Equal(before, a.Media.Send.Ssrc);
        ChangeClock(a, 48000, At(60));
        uint changed = a.Media.Send.Ssrc;
        // Nothing was sent under it yet: changing back needs no third one.
        ChangeClock(a, 8000, At(60));
        Assert.Equal(changed, a.Media.Send.Ssrc);
    }

    [Fact]
    public void TheNextReportHasBothClocksAndSaysGoodbyeForTheSourceLeftBehind()
    {
        var (a, b) = PaperKeys.Pair(encrypted: false);
        var before = Talk(a, b, 0, 10);
        ChangeClock(a, 48000, At(200));
        var after = Talk(a, b, 200, 5);
        var report = NextReport(a, b, 300);

        Assert.Equal(
            [(RtcpType.SenderReport, after[0].Ssrc), (RtcpType.SenderReport, before[0].Ssrc), (RtcpType.SourceDescription, after[0].Ssrc), (RtcpType.Bye, before[0].Ssrc)],
            report.Parts);
        Assert.Equal((5u, 800u), (report.Senders[0].PacketCount, report.Senders[0].OctetCount));
        Assert.Equal((10u, 1600u), (report.Senders[1].PacketCount, report.Senders[1].OctetCount));
        // Each time stamp is on its own line: 20 ms behind the last frame's begin, and so on.
        Assert.InRange(report.Senders[0].RtpTimestamp - after[0].Timestamp, 4800u, 48000 * 10u);
        Assert.InRange(report.Senders[1].RtpTimestamp - before[^1].Timestamp, 0u, 8000 * 10u);
        Assert.DoesNotContain(b.Events, e => e.Kind == MediaEventKind.RemoteRtcpBye);
        Assert.DoesNotContain(NextReport(a, b, 20_000).Parts, p => p.Type == RtcpType.Bye);
    }

    [Fact]
    public void TheEndIsHeardAfterAChangeOfSource()
    {
        var (a, b) = PaperKeys.Pair(encrypted: true);
        Talk(a, b, 0, 3);
        ChangeClock(a, 48000, At(60));
        Talk(a, b, 60, 3);
        a.Media.Close(At(200));
        foreach (var (bytes, _) in a.Take())
            b.Media.HandleDatagram(At(201), At(201), a.Local, bytes);
        Assert.Single(b.Events, e => e.Kind == MediaEventKind.RemoteRtcpBye);
    }

    [Fact]
    public void AKeyThatSoundsEndsWithItsSourceAndIsToldOnce()
    {
        var (a, b) = PaperKeys.Pair(encrypted: true);
        Talk(a, b, 0, 3);
        a.Media.Send.SendDtmf(4, 400);
        Talk(a, b, 60, 5);
        ChangeClock(a, 48000, At(160));
        Talk(a, b, 160, 30);
        Assert.Single(b.Events, e => e.Kind == MediaEventKind.DtmfReceived);
    }

    [Fact]
    public void AKeyThatAHoldInterruptsIsNotFinishedAfterIt()
    {
        var (a, b) = PaperKeys.Pair(encrypted: true);
        Talk(a, b, 0, 3);
        a.Media.Send.SendDtmf(4, 400);
        uint key = Talk(a, b, 60, 5)[^1].Timestamp;
        a.Media.Apply(At(160), a.Plan with { Send = a.Plan.Send with { Sends = false } });
        Talk(a, b, 160, 50);
        a.Media.Apply(At(1160), a.Plan);
        Assert.DoesNotContain(Talk(a, b, 1160, 10), p => p.Timestamp == key);
        Assert.Single(b.Events, e => e.Kind == MediaEventKind.DtmfReceived);
    }

    [Fact]
    public void HoweverOftenTheClockChangesThePeerIsHeard()
    {
        var (a, b) = PaperKeys.Pair(encrypted: true);
        var sources = new HashSet<uint>();
        for (int i = 0; i < 200; i++)
        {
            ChangeClock(a, i % 2 == 0 ? 8000 : 48000, At(i * 60));
            foreach (var packet in Talk(a, b, i * 60, 3))
                sources.Add(packet.Ssrc);
            Assert.InRange(b.DrainPlayback(), 2, 3);
        }

        Assert.Equal(32, sources.Count);
        Assert.Equal(0, b.Media.Receive.SecurityRefusals);
    }

    [Fact]
    public void AnotherKeyTakesAnotherSourceAndThePeerGoesOnHearing()
    {
        var (a, b) = PaperKeys.Pair(encrypted: true);
        var (c, d) = PaperKeys.Pair(encrypted: true, keySeed: 50, begin: false);
        uint before = Talk(a, b, 0, 5)[0].Ssrc;
        b.DrainPlayback();
        a.Media.Apply(At(100), a.Plan with { Transport = a.Plan.Transport with { Outbound = c.Plan.Transport.Outbound } });
        b.Media.Apply(At(100), b.Plan with { Transport = b.Plan.Transport with { Inbound = d.Plan.Transport.Inbound } });
        for (int i = 0; i < 5; i++)
        {
            a.Speak(At(100 + (i * 20)));
            foreach (var (bytes, _) in a.Take())
                b.Media.HandleDatagram(At(100 + (i * 20)), At(100 + (i * 20)), a.Local, bytes);
        }

        Assert.NotEqual(before, a.Media.Send.Ssrc);
        Assert.Equal(4, b.DrainPlayback());
        Assert.Equal(0, b.Media.Receive.SecurityRefusals);
    }

    [Fact]
    public void OurPacketsOfBeforeTheChangeLoopedBackAreNotThePeers()
    {
        var (a, _) = PaperKeys.Pair(encrypted: false);
        a.Speak(At(0));
        var looped = a.Take();
        ChangeClock(a, 48000, At(20));
        foreach (var (bytes, _) in looped.Concat(looped))
            a.Media.HandleDatagram(At(40), At(40), PaperPhone.AddressB, bytes.ToArray());
        Assert.Equal(0, a.DrainPlayback());
    }

    [Theory]
    [InlineData(true, 10)]
    [InlineData(false, 9)]
    public void InClearASourceCountsFromItsSecondPacket(bool encrypted, int counted)
    {
        var (a, b) = PaperKeys.Pair(encrypted);
        Talk(a, b, 0, 10);
        var block = NextReport(b, a, 200).Blocks.Single();
        Assert.Equal(0, block.CumulativeLost);
        Assert.Equal(counted, b.Media.Rtcp.PacketsReceived);
    }

    private static void ChangeClock(PaperPhone phone, int clockRate, Instant now) => phone.Media.Apply(
        now, phone.Plan with { Send = phone.Plan.Send with { ClockRate = clockRate, PayloadType = clockRate == 48000 ? 96 : 0, DtmfClockRate = clockRate } });

    private static List<(uint Ssrc, uint Timestamp, bool Marker)> Talk(PaperPhone from, PaperPhone to, int start, int frames)
    {
        var packets = new List<(uint, uint, bool)>();
        to.Media.Apply(At(start), to.Plan with { Receive = to.Plan.Receive with { PayloadTypes = UInt128.One | (UInt128.One << 96) } });
        for (int i = 0; i < frames; i++)
        {
            from.Speak(At(start + (i * 20)));
            foreach (var (bytes, _) in from.Take())
            {
                Assert.True(RtpPacket.TryParse(bytes, out var packet));
                if (bytes[1] is not 200 and not 201)
                    packets.Add((packet.Ssrc, packet.Timestamp, packet.Marker));
                to.Media.HandleDatagram(At(start + (i * 20)), At(start + (i * 20)), from.Local, bytes);
            }
        }

        return packets;
    }

    private static Report NextReport(PaperPhone from, PaperPhone to, int start)
    {
        for (int t = start; ; t += 20)
        {
            from.Media.HandleTimeout(At(t));
            foreach (var (bytes, _) in from.Take())
            {
                var report = new Report();
                if (to.Plan.Transport.Inbound is null)
                    report.Read(bytes);
                to.Media.HandleDatagram(At(t), At(t), from.Local, bytes);
                if (to.Plan.Transport.Inbound is not null)
                    report.Read(bytes);
                return report;
            }
        }
    }

    private static Instant At(double ms) => Instant.FromMilliseconds(1000 + ms);

    private sealed class Report
    {
        public List<(RtcpType Type, uint Ssrc)> Parts { get; } = [];

        public List<SenderInfo> Senders { get; } = [];

        public List<ReportBlock> Blocks { get; } = [];

        public void Read(byte[] bytes)
        {
            // Opened in place by whom it was for; what SRTCP adds is behind the compound.
            var rest = bytes.AsSpan();
            while (rest.Length >= 4 && rest[0] >> 6 == 2 && rest[1] is >= 200 and <= 203)
            {
                int length = 4 * (1 + (rest[2] << 8) + rest[3]);
                if (!RtcpCompound.TryParse(rest[..length], out var compound, allowReducedSize: true))
                    return;
                foreach (var part in compound)
                {
                    Parts.Add((part.Type, part.Ssrc));
                    if (part.TryGetSenderInfo(out var info))
                        Senders.Add(info);
                    if (part.TryGetReport(0, out var block))
                        Blocks.Add(block);
                }

                rest = rest[length..];
            }
        }
    }
}
