// SPDX-License-Identifier: MIT
using Earshot.Audio.Measurement;
using Earshot.Lab.Calls;
using Earshot.Lab.Links;
using Earshot.Media;
using Earshot.Media.Diagnostics;
using Earshot.Protocol;
using Earshot.Protocol.Sdp;

namespace Earshot.Lab.Tests.Calls;

/// <summary>Whole calls in virtual time: counters against the link's own log, sound against what was said.</summary>
public sealed class LabCallTests
{
    [Fact]
    public void ACleanCallIsHeardAndNothingIsMadeUp()
    {
        using var call = new LabCall(Scenario(new LinkOptions { Delay = TimeSpan.FromMilliseconds(20) }));
        call.Run(call.End);
        var result = LabResult.Of(call, Scenario(new()));
        var there = result.There;
        Assert.Equal(500, there.PacketsSent);
        Assert.Equal(0, there.Playout.ConcealedSamples);
        Assert.Equal(0, there.Playout.PacketsDiscarded);
        // The link, and the room that a call begins with until there is a pause between two words.
        Assert.InRange(there.Delay.MedianMs, 20, 38);
        var match = SpeechCorrelation.Compare(Said(4), call.Callee.Heard.Span[..(48000 * 9 / 2)]);
        Assert.True(match.Correlation > 0.8, $"{match.Correlation:0.00}");
        // What is heard begins a little after what is said: the figures of the track must be the lag of the sound itself.
        var lag = match.LagMs + call.Callee.HeardFrom.TotalMilliseconds;
        Assert.InRange(lag, AtFirst(there) - 3, AtFirst(there) + 3);
    }

    public static TheoryData<string> Bent =>
    [
        "clean", "uniform", "normal", "pareto", "spikes", "loss", "bursts", "duplicates", "reordering", "outage", "bottleneck", "error correction", "redundancy", "another source",
        "numbers anew",
    ];

    [Theory]
    [MemberData(nameof(Bent))]
    public void PacketCountersAreExactAgainstTheLinksOwnLog(string bend)
    {
        var scenario = ScenarioOf(bend) with { Answer = LabVoice.Open("speech_en_m") };
        using var call = new LabCall(scenario);
        call.Run(call.End);
        var result = LabResult.Of(call, scenario);
        // Another source counts with its second packet (RFC 3550 App. A.1).
        Check(result.There, call.Logs.There, strangers: bend == "another source" ? 1 : 0);
        Check(result.Back!, call.Logs.Back, strangers: 0);

        void Check(OneWayResult way, LinkLog log, long strangers)
        {
            var sent = log.Records.Where(r => r.Kind == PacketKind.Rtp).ToArray();
            var arrived = sent.Where(r => First(r) <= call.End).ToArray();
            Assert.Equal(sent.Length, way.PacketsSent);
            Assert.Equal(strangers, way.StrangerPackets);
            Assert.Equal(arrived.Length, way.PacketsReceived + way.StrangerPackets);
            // A second copy of a report is refused like one of sound.
            Assert.Equal(log.Records.Count(r => r.CopyArrivesAt != Instant.Never && Instant.Max(r.ArrivesAt, r.CopyArrivesAt) <= call.End), way.SecurityRefusals);
            // Between the first that came and the newest that did: others were never expected (App. A.3).
            var (first, newest) = (Array.IndexOf(sent, arrived.MinBy(First)), Array.FindLastIndex(sent, r => First(r) <= call.End));
            var overtaken = sent[..first].Count(r => First(r) <= call.End);
            Assert.Equal(sent[first..(newest + 1)].Count(r => First(r) > call.End), way.PacketsLost + overtaken);
            Assert.InRange(way.Playout.TotalSamplesReceived, 480_000 * 0.97, 480_000 * 1.001);
        }

        static Instant First(LinkRecord r) => Instant.Min(r.ArrivesAt, r.CopyArrivesAt);
    }

    [Theory]
    [MemberData(nameof(Bent))]
    public void SampleAndTimeCountersAreWithinTwoPercentOfTheLog(string bend)
    {
        var scenario = ScenarioOf(bend) with { Duration = TimeSpan.FromSeconds(60) };
        using var call = new LabCall(scenario);
        call.Run(call.End);
        var way = LabResult.Of(call, scenario).There;
        var rtp = call.Logs.There.Records.Where(r => r.Kind == PacketKind.Rtp).ToArray();
        var arrived = rtp.Where(r => Instant.Min(r.ArrivesAt, r.CopyArrivesAt) <= call.End).ToArray();
        var playout = way.Playout;

        // Everything from the first packet to the end was played, either as it came or made up for what was lost.
        var expected = (call.End - arrived[0].ArrivesAt).TotalSeconds * 48000;
        Assert.InRange(playout.TotalSamplesReceived, expected * 0.98, expected * 1.02);
        Assert.InRange(playout.JitterBufferEmittedCount + playout.ConcealedSamples, expected * 0.98, expected * 1.02);
        // What never came or came too late was restored, made up or stretched over; what else was put in is delay now.
        double missing = 960 * (rtp.Count(r => r.Fate != PacketFate.Delivered) + playout.PacketsDiscarded);
        var restored = 960 * (playout.FecPacketsUsed + playout.RedundantPacketsUsed);
        var heard = way.Track.Pulls.Where(p => !float.IsNaN(p.DelayMs)).ToArray();
        var growth = 48 * (heard[^1].DelayMs - heard[0].DelayMs);
        var made = restored + playout.ConcealedSamples + playout.InsertedSamplesForDeceleration - playout.RemovedSamplesForAcceleration - growth;
        // The beginning of a frame may be made up before the packet comes that corrects the rest: such frames are counted as both.
        Assert.InRange(made, (missing * 0.98) - 960, (missing * 1.02) + 960 + (0.2 * 960 * playout.FecPacketsUsed));
        Assert.True(bend != "error correction" || playout.FecPacketsUsed > 30, $"{playout.FecPacketsUsed}");
        Assert.Equal(bend == "redundancy", playout.RedundantPacketsUsed > 200);
        Assert.InRange(playout.FecPacketsReceived, playout.FecPacketsUsed, rtp.Length);

        // All of it was for loss, silence, too: something came behind it and showed it.
        Assert.InRange(playout.LostSamples, (playout.ConcealedSamples * 0.98) - 960, playout.ConcealedSamples);

        // The time in the buffer is what is left of the delay when the link's share is taken off. What is restored came with a later packet, one or two behind.
        var onTheWay = arrived.Average(r => (Instant.Min(r.ArrivesAt, r.CopyArrivesAt) - r.SentAt).TotalMilliseconds);
        var waited = heard.Average(p => p.DelayMs) - onTheWay;
        var buffered = 1000 * playout.JitterBufferDelay / playout.JitterBufferEmittedCount;
        var later = 20.0 * restored / playout.JitterBufferEmittedCount;
        Assert.InRange(buffered, ((waited - (2 * later)) * 0.98) - 0.3, ((waited - later) * 1.02) + 0.3);
    }

    [Theory]
    [InlineData("clean")]
    [InlineData("pareto")]
    [InlineData("loss")]
    public void TheSameSeedGivesTheSameBytesAndAnotherDoesNot(string bend)
    {
        var scenario = Scenario(Bend(bend));
        Assert.Equal(Bytes(scenario), Bytes(scenario));
        Assert.NotEqual(Bytes(scenario), Bytes(scenario with { Seed = 99 }));
    }

    [Theory]
    [InlineData("opus", 2.5)]
    [InlineData("opus", 10)]
    [InlineData("opus", 60)]
    [InlineData("g722", 20)]
    [InlineData("pcmu", 20)]
    [InlineData("pcma", 40)]
    public void EveryCodecAndPacketTimeIsHeard(string codec, double packetTime)
    {
        var media = new MediaSessionOptions { Codecs = [codec], PacketTime = TimeSpan.FromMilliseconds(packetTime) };
        var way = LabResult.Of(Scenario(new()) with { Media = media, Scored = true }).There;
        Assert.True(way.Scores.Speech!.Estoi > 0.95, $"{way.Scores.Speech.Estoi:0.000}");
        Assert.InRange(way.Scores.Speech.Delay.MedianMs, way.MouthToEar.MedianMs - 3, way.MouthToEar.MedianMs + 3);
    }

    [Fact]
    public void LossIsReportedBackByRtcp()
    {
        var scenario = Scenario(new() { Loss = 0.1 }) with { Duration = TimeSpan.FromSeconds(60), Media = new() { Adapt = false } };
        using var call = new LabCall(scenario);
        call.Run(call.End);
        var there = LabResult.Of(call, scenario).There;
        Assert.InRange(there.RemoteFractionLost!.Value, 0.03, 0.2);
        Assert.InRange(there.RoundTripTime!.Value, 0.009, 0.011);
        // The callee only listens: it learns the round trip by extended reports (RFC 3611 §4.4, §4.5), and tells what it hears by them.
        Assert.InRange(call.Callee.Media.Rtcp.RoundTrip!.Value.TotalSeconds, 0.009, 0.011);
        var told = call.Caller.Media.Rtcp.Voip;
        Assert.InRange(told.RemoteEndSystemDelayMs!.Value, 20 + there.Target.MedianMs - 5, 20 + there.Target.MaximumMs + 5);
        var judged = EModel.Rate(new() { LossPercent = 100 * there.Playout.LossPlayed, BurstRatio = call.Callee.Media.Rtcp.Voip.BurstRatio, Codec = EModelCodec.Of("opus") });
        Assert.InRange(told.RemoteMos!.Value, judged.Mos - 0.15, judged.Mos + 0.15);
        Assert.InRange(judged.Inputs.LossPercent, 8, 12);
    }

    [Theory]
    [InlineData("opus")]
    [InlineData("pcmu")]
    public void KeysAreNoLoss(string codec)
    {
        using var call = new LabCall(Scenario(new()) with { Media = new() { Codecs = [codec] } });
        call.Run(Instant.FromMilliseconds(5000));
        var before = call.Callee.Playback.Statistics;
        for (byte key = 0; key < 8; key++) call.Caller.Media.Send.SendDtmf(key, 100);
        call.Run(call.End);
        var after = call.Callee.Playback.Statistics;
        Assert.Equal((0, 0, 0), (after.PacketsLost, after.LostSamples, after.PacketsDiscarded));
        Assert.InRange(after.TargetDelay, 0, before.TargetDelay + 0.005);
        Assert.Equal(call.Logs.There.Arrived(call.End), call.Callee.Media.Receive.Packets);
    }

    [Fact]
    public void LossAndReorderingAreCountedExactlyAroundKeys()
    {
        var link = new LinkOptions { Loss = 0.1, Jitter = new UniformJitter(40) };
        using var call = new LabCall(Scenario(link) with { Media = new() { Security = MediaSecurityPolicy.None, Adapt = false }, Back = new() });
        call.Run(Instant.FromMilliseconds(2000));
        for (byte key = 0; key < 12; key++) call.Caller.Media.Send.SendDtmf(key, 100);
        call.Run(call.End);
        Assert.Equal(call.Callee.Media.Rtcp.PacketsLost, call.Callee.Playback.Statistics.PacketsLost);
        Assert.InRange(call.Callee.Playback.Statistics.LossPlayed, 0.05, 0.12);
    }

    // Before the delay goes down to the phase of the packets.
    private static double AtFirst(OneWayResult way) => way.Track.Pulls.Where(p => p.AtMs is > 500 and < 4000).Average(p => p.MouthToEarMs);

    private static byte[] Bytes(LabScenario scenario)
    {
        using var call = new LabCall(scenario);
        call.Run(call.End);
        return [.. LabJson.Of(LabResult.Of(call, scenario)), .. System.Runtime.InteropServices.MemoryMarshal.AsBytes(call.Callee.Heard.Span)];
    }

    private static LabScenario Scenario(LinkOptions link) =>
        new() { Scored = false, Voice = LabVoice.Open("speech_en_librivox"), Duration = TimeSpan.FromSeconds(10), Link = link, Seed = 4 };

    // In clear, where the link can reach into a header. Corrections and copies follow what the other side reports.
    private static LabScenario ScenarioOf(string bend)
    {
        var scenario = Scenario(Bend(bend));
        return bend switch
        {
            "error correction" => scenario with { Media = new() { Redundancy = false } },
            "redundancy" => scenario,
            "another source" or "numbers anew" => scenario with { Media = new() { Security = MediaSecurityPolicy.None }, Back = new() },
            _ => scenario with { Media = new() { Adapt = false } },
        };
    }

    private static short[] Said(int seconds)
    {
        var said = new short[seconds * 48000];
        LabVoice.Open("speech_en_librivox").CopyTo(0, said);
        return said;
    }

    private static LinkOptions Bend(string how) => how switch
    {
        "uniform" => new() { Jitter = new UniformJitter(40) },
        "normal" => new() { Jitter = new NormalJitter(15) },
        "pareto" => new() { Jitter = new ParetoJitter(8), InOrder = true },
        "spikes" => new() { Jitter = new SpikeJitter(0.01, 120) },
        "loss" => new() { Loss = 0.1 },
        "bursts" => new() { Loss = 0.1, Burst = 3 },
        "duplicates" => new() { Duplicate = 0.2, Jitter = new UniformJitter(20) },
        "reordering" => new() { Reorder = new(0.1, TimeSpan.FromMilliseconds(30)) },
        "outage" => new() { Outage = new(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1)) },
        "bottleneck" => new() { Rate = new(40, TimeSpan.FromMilliseconds(100)) },
        "error correction" => new() { Loss = 0.05 },
        "redundancy" => new() { Loss = 0.15 },
        "another source" => new() { Alters = (at, packet) => AfterFour(at, packet, p => p[8] ^= 0xff), Drops = EveryFortieth() },
        "numbers anew" => new() { Alters = (at, packet) => AfterFour(at, packet, p => p[2] ^= 0x40), Drops = EveryFortieth() },
        _ => new(),
    };

    private static void AfterFour(Instant at, Memory<byte> packet, Action<byte[]> change)
    {
        if (at < Instant.Zero + TimeSpan.FromSeconds(4.01) || PacketKinds.Classify(packet.Span) != PacketKind.Rtp) return;
        var bytes = packet.ToArray();
        change(bytes);
        bytes.CopyTo(packet);
    }

    private static Func<ReadOnlyMemory<byte>, bool> EveryFortieth()
    {
        var count = 0;
        return packet => PacketKinds.Classify(packet.Span) == PacketKind.Rtp && ++count % 40 == 20;
    }
}
