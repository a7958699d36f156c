// SPDX-License-Identifier: MIT
using Earshot.Audio.Measurement;
using Earshot.Lab.Calls;
using Earshot.Lab.Links;

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
        Assert.InRange(there.Delay.MedianMs, 20, 36);
        var match = SpeechCorrelation.Compare(Said(10), call.Callee.Heard.Span);
        Assert.True(match.Correlation > 0.8, $"{match.Correlation:0.00}");
        // What is heard begins a little after what is said: the figure of the track must be the lag of the sound itself.
        var lag = match.LagMs + call.Callee.HeardFrom.TotalMilliseconds;
        Assert.InRange(there.MouthToEar.MedianMs, lag - 3, lag + 3);
    }

    public static TheoryData<string> Bent => ["uniform", "normal", "pareto", "spikes", "loss", "bursts", "duplicates", "reordering", "outage", "bottleneck"];

    [Theory]
    [MemberData(nameof(Bent))]
    public void PacketCountersAreExactAgainstTheLinksOwnLog(string bend)
    {
        var scenario = Scenario(Bend(bend)) with { Answer = LabVoice.Open("speech_en_m") };
        using var call = new LabCall(scenario);
        call.Run(call.End);
        var result = LabResult.Of(call, scenario);
        Check(result.There, call.Logs.There);
        Check(result.Back!, call.Logs.Back);

        void Check(OneWayResult way, LinkLog log)
        {
            var arrived = log.Records.Where(r => r.Kind == Protocol.PacketKind.Rtp && Protocol.Instant.Min(r.ArrivesAt, r.CopyArrivesAt) <= call.End).ToArray();
            Assert.Equal(log.Records.Count(r => r.Kind == Protocol.PacketKind.Rtp), way.PacketsSent);
            Assert.Equal(arrived.Length, way.PacketsReceived);
            // A second copy of a report is refused like one of sound.
            Assert.Equal(log.Records.Count(r => r.CopyArrivesAt != Protocol.Instant.Never && Protocol.Instant.Max(r.ArrivesAt, r.CopyArrivesAt) <= call.End), way.SecurityRefusals);
            var sequences = arrived.Select(r => (int)r.Sequence).ToArray();
            // From the first that came: those before it were never expected (RFC 3550 App. A.3).
            var first = (int)arrived.MinBy(r => Protocol.Instant.Min(r.ArrivesAt, r.CopyArrivesAt)).Sequence;
            Assert.Equal(sequences.Max() - first + 1 - arrived.Length, way.PacketsLost);
            Assert.InRange(way.Playout.TotalSamplesReceived, 480_000 * 0.97, 480_000 * 1.001);
        }
    }

    [Theory]
    [InlineData("clean")]
    [InlineData("uniform")]
    [InlineData("normal")]
    [InlineData("loss")]
    [InlineData("bursts")]
    public void SampleAndTimeCountersAreWithinTwoPercentOfTheLog(string bend)
    {
        var scenario = Scenario(Bend(bend)) with { Duration = TimeSpan.FromSeconds(60), Media = new() { Adapt = false } };
        using var call = new LabCall(scenario);
        call.Run(call.End);
        var way = LabResult.Of(call, scenario).There;
        var rtp = call.Logs.There.Records.Where(r => r.Kind == Protocol.PacketKind.Rtp).ToArray();
        var arrived = rtp.Where(r => r.ArrivesAt <= call.End).ToArray();
        var playout = way.Playout;

        // Everything from the first packet to the end was played, either as it came or made up for what was lost.
        var expected = (call.End - arrived[0].ArrivesAt).TotalSeconds * 48000;
        Assert.InRange(playout.TotalSamplesReceived, expected * 0.98, expected * 1.02);
        Assert.InRange(playout.JitterBufferEmittedCount + playout.ConcealedSamples, expected * 0.98, expected * 1.02);
        double lost = 960 * rtp.Count(r => r.Fate == PacketFate.Lost);
        if (lost > 0) Assert.InRange(playout.ConcealedSamples + (960 * playout.FecPacketsReceived), lost * 0.98, (lost * 1.02) + 960);

        // The time in the buffer is what is left of the delay when the link's share is taken off.
        var onTheWay = arrived.Average(r => (r.ArrivesAt - r.SentAt).TotalMilliseconds);
        var delay = way.Track.Pulls.Where(p => !float.IsNaN(p.DelayMs)).Average(p => p.DelayMs);
        var buffered = 1000 * playout.JitterBufferDelay / playout.JitterBufferEmittedCount;
        Assert.InRange(buffered, ((delay - onTheWay) * 0.98) - 0.3, ((delay - onTheWay) * 1.02) + 0.3);
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
        var media = new Media.MediaSessionOptions { Codecs = [codec], PacketTime = TimeSpan.FromMilliseconds(packetTime) };
        var scenario = Scenario(new()) with { Media = media };
        using var call = new LabCall(scenario);
        call.Run(call.End);
        var match = SpeechCorrelation.Compare(Said(10), call.Callee.Heard.Span);
        Assert.True(match.Correlation > 0.8, $"{match.Correlation:0.00}");
        var lag = match.LagMs + call.Callee.HeardFrom.TotalMilliseconds;
        Assert.InRange(LabResult.Of(call, scenario).There.MouthToEar.MedianMs, lag - 3, lag + 3);
    }

    [Fact]
    public void LossIsReportedBackByRtcp()
    {
        var result = LabResult.Of(Scenario(new() { Loss = 0.1 }) with { Duration = TimeSpan.FromSeconds(60) });
        Assert.InRange(result.There.RemoteFractionLost!.Value, 0.03, 0.2);
        Assert.InRange(result.There.RoundTripTime!.Value, 0.009, 0.011);
    }

    private static byte[] Bytes(LabScenario scenario)
    {
        using var call = new LabCall(scenario);
        call.Run(call.End);
        return [.. LabJson.Of(LabResult.Of(call, scenario)), .. System.Runtime.InteropServices.MemoryMarshal.AsBytes(call.Callee.Heard.Span)];
    }

    private static LabScenario Scenario(LinkOptions link) =>
        new() { Scored = false, Voice = LabVoice.Open("speech_en_librivox"), Duration = TimeSpan.FromSeconds(10), Link = link, Seed = 4 };

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
        _ => new(),
    };
}
