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

    // Each tenth run of five comes 400 ms late: nothing is lost, and all the same there are bursts (§4.7.2).
    [Fact]
    public void WhatComesTooLateIsDiscardedAndMakesBurstsAsLossesDo()
    {
        var (a, b) = Pair(All);
        b.Playback.Apply(new([(0, CodecCatalogue.Pcmu.CreateDecoder48k())], true));
        Talk(a, b, 60, plays: true, late: t => t % 5000 < 100 && t > 1000 ? 400 : 0);
        Assert.Equal(0, b.Media.Rtcp.PacketsLost);
        Assert.InRange(b.Playback.Statistics.PacketsDiscarded, 20, 60);
        Assert.InRange(a.Media.Rtcp.Voip.RemoteDiscardRate!.Value, 0.007, 0.025);
        Assert.InRange(a.Media.Rtcp.Voip.RemoteBurstDensity!.Value, 0.6, 1);
        b.Playback.Close();
    }

    // Playback that takes nothing for five seconds: 64 packets wait, what comes then overflows (§4.7.1).
    [Fact]
    public void WhatFindsNoRoomOnItsWayToPlaybackIsDiscarded()
    {
        var (a, b) = Pair(All);
        for (int t = 0; t < 40; t += 10)
        {
            Talk(a, b, 5, from: t, drains: false);
            Talk(a, b, 5, from: t + 5);
        }

        Assert.InRange(b.Media.Receive.RingOverruns, 4 * 180, 4 * 190);
        Assert.InRange(a.Media.Rtcp.Voip.RemoteDiscardRate!.Value, 0.3, 0.5);
        Assert.InRange(a.Media.Rtcp.Voip.RemoteBurstDensity!.Value, 0.9, 1);
    }

    // §4.7.2 in the peer's packets, whatever ours: a burst of five of 20 ms is 100 ms though our own have 60.
    [Fact]
    public void DurationsAreCountedInThePeersPackets()
    {
        var (a, b) = Pair(All);
        b.Media.Apply(At(0), b.Plan with { Reports = All, Facts = b.Plan.Facts with { PacketTimeMs = 60 } });
        b.Playback.Apply(new([(0, CodecCatalogue.Pcmu.CreateDecoder48k())], true));
        Talk(a, b, 30, plays: true, lose: t => t % 2000 < 100);
        Assert.Equal(20, b.Media.Rtcp.PeerPacketTime.Milliseconds);
        var metrics = b.Media.Rtcp.Voip.Make(Heard(a), null, b.Media.Rtcp.PeerPacketTime.Milliseconds!.Value);
        Assert.InRange(metrics.BurstDuration, 80, 120);
        Assert.InRange(metrics.GapDuration, 1850, 2100);
        b.Playback.Close();

        static Earshot.Protocol.Rtp.RtpSource Heard(PaperPhone peer)
        {
            var source = new Earshot.Protocol.Rtp.RtpSource(peer.Media.Send.Ssrc, minimumSequential: 0);
            source.HandleSequence(1);
            return source;
        }
    }

    [Fact]
    public void ALivingCallIsJudgedByItsLastTenSecondsAndTheReportByAll()
    {
        var (a, b) = Pair(All);
        b.Playback.Apply(new([(0, CodecCatalogue.Pcmu.CreateDecoder48k())], true));
        Talk(a, b, 20, plays: true, lose: t => t % 500 < 60);
        Assert.InRange(b.Playback.RecentLossPlayed!.Value, 0.06, 0.16);
        Assert.True(b.Media.Rtcp.Voip.RecentBurstRatio > 1.5);
        // Bad once, well now.
        Talk(a, b, 15, plays: true, from: 20);
        Assert.Equal(0, b.Playback.RecentLossPlayed);
        Assert.Equal(1, b.Media.Rtcp.Voip.RecentBurstRatio);
        Assert.InRange(b.Playback.Statistics.LossPlayed, 0.03, 0.1);
        Assert.True(b.Media.Rtcp.Voip.BurstRatio > 1.5);
        Assert.InRange(a.Media.Rtcp.Voip.RemoteMos!.Value, 1, 4.2);
        using var engine = CallPair.NewEngine();
        var live = new StatisticsCollector().Collect(engine, b.Media, null, b.Queue, b.Playback, b.Plan.Facts, hasEnded: false);
        var last = new StatisticsCollector().Collect(engine, b.Media, null, b.Queue, b.Playback, b.Plan.Facts, hasEnded: true);
        Assert.Equal((0, 1), (live.MosInputs!.LossPercent, live.MosInputs.BurstRatio));
        Assert.InRange(last.MosInputs!.LossPercent, 3, 10);
        Assert.True(last.MosInputs.BurstRatio > 1.5);
        Assert.True(live.Mos > last.Mos);
        // Well for long, and bad now.
        Talk(a, b, 60, plays: true, from: 35);
        Talk(a, b, 11, plays: true, from: 95, lose: t => t % 200 < 20);
        Assert.InRange(b.Playback.RecentLossPlayed!.Value, 0.06, 0.16);
        Assert.InRange(b.Playback.Statistics.LossPlayed, 0.01, 0.05);
        b.Playback.Close();
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

    private static void Talk(
        PaperPhone a, PaperPhone b, int seconds, bool speaks = true, bool plays = false, int from = 0, Func<int, bool>? lose = null, Func<int, int>? late = null,
        bool drains = true)
    {
        short[] block = new short[960];
        var flying = new PriorityQueue<byte[], int>();
        for (int t = from * 1000; t < (from + seconds) * 1000; t += 20)
        {
            if (speaks)
                a.Speak(At(t));
            a.Media.HandleTimeout(At(t));
            b.Media.HandleTimeout(At(t));
            // 15 ms on the way; RTCP is spared.
            foreach (var (bytes, _) in a.Take())
            {
                bool isSound = bytes[1] is < 200 or > 201;
                if (!isSound || lose?.Invoke(t) != true)
                    flying.Enqueue(bytes, t + (isSound ? late?.Invoke(t) ?? 0 : 0));
            }

            while (flying.TryPeek(out var bytes, out int due) && due <= t)
            {
                b.Media.HandleDatagram(At(t + 15), At(t + 15), a.Local, bytes);
                flying.Dequeue();
            }

            foreach (var (bytes, _) in b.Take())
                a.Media.HandleDatagram(At(t + 15), At(t + 15), b.Local, bytes);
            if (plays)
                b.Playback.Play(block, At(t + 18));
            else if (drains)
                b.DrainPlayback();
            a.DrainPlayback();
        }
    }

    private static Instant At(double ms) => Instant.FromMilliseconds(1000 + ms);
}
