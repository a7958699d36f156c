// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;
using Earshot.Protocol;
using Earshot.Protocol.Rtcp;
using Earshot.Protocol.Sdp;

namespace Earshot.Media.Tests.Sessions;

/// <summary>RFC 3611 between two halves of calls on paper, in virtual time.</summary>
public class ExtendedReportTests
{
    private static readonly ExtendedReports All = new(VoipMetrics: true, ReceiverTime: true);

    [Fact]
    public void WhoOnlyListensLearnsTheRoundTripAndTheQualityIsTold()
    {
        var (a, b) = Pair(All);
        Talk(a, b, 30);
        // a speaks, b listens: 15 ms each way.
        Assert.InRange(b.Media.Rtcp.RoundTrip!.Value.TotalMilliseconds, 28, 32);
        Assert.InRange(a.Media.Rtcp.RoundTrip!.Value.TotalMilliseconds, 28, 32);
        Assert.InRange(a.Media.Rtcp.Voip.RemoteMos!.Value, 4, 4.5);
        Assert.Null(b.Media.Rtcp.Voip.RemoteMos);
    }

    [Fact]
    public void ReportsBeginWithMediaAndTellLossAndRoundTripWithinASecond()
    {
        var (a, b) = Pair(All);
        Talk(a, b, 1, lose: t => t % 100 == 40);
        // a's first packet is announced at once, b's first report comes 0.3 to 0.6 s after it heard that: round trip and loss are known to a.
        Assert.InRange(a.Media.Rtcp.RoundTrip!.Value.TotalMilliseconds, 28, 32);
        Assert.InRange(a.Media.Rtcp.RemoteFractionLost!.Value, 0.1, 0.3);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void OnlyWhatThePeerAsksForIsSent(bool metrics, bool times)
    {
        var (a, b) = Pair(new(metrics, times));
        Talk(a, b, 30);
        Assert.Equal(metrics, a.Media.Rtcp.Voip.RemoteMos is not null);
        Assert.Equal(times, b.Media.Rtcp.RoundTrip is not null);
    }

    // rcvr-rtt-mode: with "sender" who sends sound answers, and a peer whose limit is below one entry gets none.
    [Theory]
    [InlineData(nameof(ReferenceAnswers.OfAll), true, true)]
    [InlineData(nameof(ReferenceAnswers.OfAll), false, true)]
    [InlineData(nameof(ReferenceAnswers.OfSenders), true, true)]
    [InlineData(nameof(ReferenceAnswers.OfSenders), false, false)]
    [InlineData(nameof(ReferenceAnswers.None), true, false)]
    public void ReferenceTimesAreAnsweredAsAgreed(string agreed, bool speaks, bool answered)
    {
        var (a, _) = PaperKeys.Pair(encrypted: false);
        a.Media.Apply(At(0), a.Plan with { Reports = All with { Answers = Enum.Parse<ReferenceAnswers>(agreed) } });
        bool answers = false;
        for (int t = 0; t < 30_000; t += 20)
        {
            if (speaks)
                a.Speak(At(t));
            a.Media.HandleTimeout(At(t));
            foreach (var (bytes, _) in a.Take())
                answers |= bytes[1] is 200 or 201 && RtcpCompound.TryParse(bytes, out var compound) && Finds(compound);
            if (t % 1000 == 0)
                a.Media.Rtcp.HandleRtcp(At(t), At(t), Asking(9, t), null);
        }

        Assert.Equal(answered, answers);

        static bool Finds(RtcpCompound compound)
        {
            bool found = false;
            foreach (var part in compound)
                found |= part.TryFindDelaySince(9, out _);
            return found;
        }

        static byte[] Asking(uint ssrc, int t)
        {
            byte[] packet = new byte[128];
            var writer = new RtcpWriter(packet);
            writer.WriteReceiverReport(ssrc);
            writer.WriteExtendedReport(ssrc);
            writer.AddReceiverTime(new(((ulong)t + 1) << 32));
            return packet[..writer.Length];
        }
    }

    [Fact]
    public void APeerThatFallsSilentCostsNoScore()
    {
        var (a, b) = Pair(All);
        b.Playback.Apply(new([(0, CodecCatalogue.Pcmu.CreateDecoder48k())], true));
        Talk(a, b, 5, plays: true);
        Talk(a, b, 60, speaks: false, plays: true, from: 5);
        Assert.True(b.Playback.Statistics.SilentConcealedSamples > 48000 * 50);
        Assert.InRange(b.Playback.Statistics.LossPlayed, 0, 0.01);
        Assert.InRange(a.Media.Rtcp.Voip.RemoteMos!.Value, 4, 4.5);
        b.Playback.Close();
    }

    [Fact]
    public void WritingAndReadingReportsDoesNotAllocate()
    {
        var (a, b) = Pair(All);
        (a.OnlyCount, b.OnlyCount) = (true, true);
        byte[] buffer = new byte[2048];
        int i = 0;
        SteadyState.AllocatesNothing(300, () =>
        {
            Exchange();
            i++;
        });
        Assert.NotNull(a.Media.Rtcp.Voip.RemoteMos);
        Assert.NotNull(b.Media.Rtcp.RoundTrip);

        // A packet of sound, then a report each way: longer apart than any interval.
        void Exchange()
        {
            var now = At(i * 10_000);
            a.Speak(now);
            Carry(a, b, now);
            a.Media.HandleTimeout(now);
            Carry(a, b, now);
            b.Media.HandleTimeout(now);
            Carry(b, a, now);
            a.Events.Clear();
            b.Events.Clear();
            while (b.ToPlayback.TryPeek(out _))
                b.ToPlayback.Release();
        }

        void Carry(PaperPhone from, PaperPhone to, Instant now)
        {
            from.Last.AsSpan(0, from.LastLength).CopyTo(buffer);
            to.Media.HandleDatagram(now, now, from.Local, buffer.AsSpan(0, from.LastLength));
        }
    }

    [Fact]
    public void ReportsThatSteerSendingDoNotAllocate()
    {
        var (a, b) = PaperKeys.Pair(encrypted: false);
        using var encoder = CodecCatalogue.Opus.CreateEncoder48k();
        a.Media.Apply(At(0), a.Plan with
        {
            Reports = All,
            Send = new(encoder, 111, 48000, 960, -1, 48000, true) { RedundancyPayloadType = 112, Limits = new(32000, 72000, 960, 2880, Fec: true, Redundancy: true) },
        });
        a.OnlyCount = true;
        byte[] packet = new byte[256];
        int lost = 0;
        int i = 0;
        SteadyState.AllocatesNothing(1000, () =>
        {
            Exchange();
            i++;
        });
        Assert.True(a.Media.Send.RedundantPackets > 20);

        // Loss comes and goes, and takes what adapts through all of its states: the first ten seconds of it are held for a full queue.
        void Exchange()
        {
            double t = i * 20;
            a.Speak(At(t));
            a.Media.HandleTimeout(At(t));
            var writer = new RtcpWriter(packet);
            writer.WriteReceiverReport(9);
            writer.AddBlock(new(a.Media.Send.Ssrc, (byte)(i % 100 < 50 ? 60 : 0), lost += i % 100 < 50 ? 12 : 0, (uint)(1000 + (50 * i)), 100, 0, 0));
            writer.WriteExtendedReport(9);
            writer.AddVoipMetrics(new() { Ssrc = a.Media.Send.Ssrc, LossRate = 20, BurstDensity = (byte)(i % 20 < 10 ? 0 : 200), RFactor = 80, ListeningQuality = 40 });
            writer.AddReceiverTime(new(((ulong)i + 1) << 32));
            a.Media.HandleDatagram(At(t), At(t), b.Local, packet.AsSpan(0, writer.Length));
            a.Events.Clear();
        }
    }

    [Fact]
    public void MutatedReportsOfThePeerAreHarmless()
    {
        var (a, b) = PaperKeys.Pair(encrypted: false);
        a.Media.Apply(At(0), a.Plan with { Reports = All });
        a.Media.Start(At(0));
        b.Media.Start(At(0));
        Talk(a, b, 10);
        var random = new Random(3611);
        byte[] whole = new byte[256];
        var writer = new RtcpWriter(whole);
        writer.WriteReceiverReport(9);
        writer.WriteExtendedReport(9);
        writer.AddVoipMetrics(new() { Ssrc = a.Media.Send.Ssrc, RFactor = 93, ListeningQuality = 44 });
        writer.AddReceiverTime(new(1UL << 40));
        writer.AddDelaySince(new(a.Media.Send.Ssrc, 1, 1));
        int length = writer.Length;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = whole[..length];
            for (int flips = random.Next(8); flips > 0; flips--)
                bytes[random.Next(length)] = (byte)random.Next(256);
            a.Media.HandleDatagram(At(10_000), At(10_000), b.Local, bytes);
            if (i % 100 == 0)
                a.Media.HandleTimeout(At(20_000 + (i * 100)));
            Assert.True(a.Media.Rtcp.Voip.RemoteMos is null or (>= 1 and <= 5));
            Assert.True(a.Media.Rtcp.RoundTrip is null || a.Media.Rtcp.RoundTrip.Value <= TimeSpan.FromMinutes(1));
        }
    }

    private static (PaperPhone A, PaperPhone B) Pair(ExtendedReports reports)
    {
        var (a, b) = PaperKeys.Pair(encrypted: true);
        foreach (var phone in (PaperPhone[])[a, b])
        {
            phone.Media.Apply(At(0), phone.Plan with { Reports = reports });
            phone.Media.Start(At(0));
        }

        return (a, b);
    }

    private static void Talk(PaperPhone a, PaperPhone b, int seconds, bool speaks = true, bool plays = false, int from = 0, Func<int, bool>? lose = null)
    {
        short[] block = new short[960];
        for (int t = from * 1000; t < (from + seconds) * 1000; t += 20)
        {
            if (speaks)
                a.Speak(At(t));
            a.Media.HandleTimeout(At(t));
            b.Media.HandleTimeout(At(t));
            // 15 ms on the way.
            foreach (var (bytes, _) in a.Take())
            {
                if (lose?.Invoke(t) != true)
                    b.Media.HandleDatagram(At(t + 15), At(t + 15), a.Local, bytes);
            }

            foreach (var (bytes, _) in b.Take())
                a.Media.HandleDatagram(At(t + 15), At(t + 15), b.Local, bytes);
            if (plays)
                b.Playback.Play(block, At(t + 18));
            else
                b.DrainPlayback();
            a.DrainPlayback();
        }
    }

    private static Instant At(double ms) => Instant.FromMilliseconds(1000 + ms);
}
