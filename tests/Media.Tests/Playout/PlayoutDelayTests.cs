// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;
using Earshot.Media.Playout;

namespace Earshot.Media.Tests.Playout;

/// <summary>How long sound waits: against the phase of packets and pulls, and against the arrivals of the field.</summary>
[Collection(Computing.Name)]
public class PlayoutDelayTests(ITestOutputHelper output)
{
    /// <summary>Where threads wake up ±1 ms, clocks that agree are known to do so after five to eight seconds, and the delay has gone down five seconds later.</summary>
    private const double Warm = 15_000;

    /// <summary>A packet that came d before the pull that plays it is heard d + 5 ms late on average; d is the phase, or a block more where the phase leaves no margin.</summary>
    [Theory]
    [MemberData(nameof(Phases))]
    public void CleanLinkWaitsForThePhaseAlone(double phaseMs, double jitterMs)
    {
        var call = new SimulatedCall(phaseMs: phaseMs);
        call.Link = _ => jitterMs * (1 + Wobble(call));
        call.PullJitter = () => jitterMs * Wobble(call);
        call.Run(Warm);
        PlayoutSnapshot before = call.Statistics;
        call.Run(60_000);
        PlayoutSnapshot after = call.Statistics;
        double mean = 1000 * (after.JitterBufferDelay - before.JitterBufferDelay) / (after.JitterBufferEmittedCount - before.JitterBufferEmittedCount);
        long late = after.ConcealedSamples - before.ConcealedSamples;
        output.WriteLine($"phase {phaseMs}, ±{jitterMs} ms: wire → sink {mean + jitterMs:F1} ms, target {after.TargetDelay * 1000:F1}, late {100.0 * late / (60 * 48000):F2} %, stretched {after.InsertedSamplesForDeceleration + after.RemovedSamplesForAcceleration}");
        Assert.True(late <= 0.01 * 60 * 48000);
        Assert.True(mean <= 16.5 + (2 * jitterMs), $"{mean}");
        if (jitterMs == 0)
            Assert.InRange(mean, 0, (phaseMs < 1 ? phaseMs + 10 : phaseMs) + 5.5);
    }

    /// <summary>Ten seeds of each; the worst counts.</summary>
    [Theory]
    [InlineData("none", 20)]
    [InlineData("uniform 40", 42)]
    [InlineData("normal 15", 45)]
    [InlineData("Pareto 8", 70)]
    public void TargetAndLatenessStayNearTheLimit(string arrivals, double mostMs)
    {
        double worstTarget = 0, worstLate = 0, worstMean = 0;
        for (int seed = 1; seed <= 10; seed++)
        {
            var call = new SimulatedCall(seed) { InOrder = arrivals is "uniform 40" or "Pareto 8" };
            call.Link = Arrivals.Named(arrivals, call.Random);
            var targets = new List<double>();
            call.AfterPull = c => targets.Add(c.Statistics.TargetDelay * 1000);
            call.Run(10_000);
            long before = call.Statistics.ConcealedSamples;
            call.Run(120_000);
            worstLate = Math.Max(worstLate, (call.Statistics.ConcealedSamples - before) / (120.0 * 48000));
            worstTarget = Math.Max(worstTarget, targets.Skip(1000).Order().ElementAt((targets.Count - 1000) / 2));
            worstMean = Math.Max(worstMean, call.MeanDelay(12000));
        }

        output.WriteLine($"{arrivals}, worst of ten seeds: median target {worstTarget:F1} ms, mean delay {worstMean:F1}, late {100 * worstLate:F2} %");
        Assert.True(worstTarget <= mostMs, $"{worstTarget}");
        Assert.True(worstLate <= 0.01, $"{worstLate}");
    }

    /// <summary>Three seconds to know that both clocks agree (to 40 ppm: less, and a call whose clocks do not would go down and up again), three to see that a tone has no pauses, and two for 10 ms.</summary>
    [Theory]
    [MemberData(nameof(WholePhases))]
    public void AToneWithoutPausesGetsTheFirstRoomBackInNineSecondsWithoutAGap(int phaseMs)
    {
        var call = new SimulatedCall(phaseMs: phaseMs + 0.5);
        call.Run(9000);
        double then = call.MeanDelay(20);
        call.Run(20_000);
        output.WriteLine($"phase {phaseMs + 0.5}: {then:F1} ms, at last {call.MeanDelay(200):F1}, step {call.LargestStep}");
        Assert.InRange(then, 0, call.MeanDelay(200) + 0.2);
        Assert.InRange(call.MeanDelay(200), 0, (phaseMs < 1 ? phaseMs + 10 : phaseMs) + 6);
        Assert.Equal(0, call.Statistics.ConcealedSamples);
        Assert.True(call.LargestStep <= 650, $"{call.LargestStep}");
    }

    /// <summary>Late packets that have nothing to do with the phase teach nothing of it. Phases on the edge of a block are left out: these keep one.</summary>
    [Theory]
    [MemberData(nameof(InnerPhases))]
    public void FiveSecondsAfterSpikesOrAStepTheDelayIsThatOfThePhaseAgain(int phaseMs)
    {
        foreach (bool spikes in (bool[])[true, false])
        {
            var call = new SimulatedCall(phaseMs, phaseMs: phaseMs + 0.5);
            call.Link = now => now is < 8000 or >= 12_000 ? 0 : !spikes || call.Random.NextDouble() < 0.05 ? 120 : 0;
            call.Run(7900);
            double before = call.MeanDelay(20);
            call.Run(4100 + 120);
            call.Run(5000);
            output.WriteLine($"phase {phaseMs + 0.5}: {before:F1} ms before, {call.MeanDelay(20):F1} five seconds after {(spikes ? "spikes" : "a path that was longer for four seconds")}");
            Assert.InRange(call.MeanDelay(20), 0, before + 1);
        }
    }

    /// <summary>Copies in the next packet: four in five of them are waited for.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void WithLossAndJitterCopiesAreWaitedForButNotTheLastOfThem(int seed)
    {
        var call = new SimulatedCall(seed, phaseMs: seed - 0.5) { Redundancy = 1 };
        call.Link = _ => call.Random.NextDouble() is var dice && call.Random.NextDouble() < 0.1 ? null : 40 * dice;
        call.Run(40_000);
        PlayoutSnapshot before = call.Statistics;
        call.Run(60_000);
        PlayoutSnapshot after = call.Statistics;
        double madeUp = 100.0 * (after.ConcealedSamples - before.ConcealedSamples) / (60 * 48000);
        double delay = call.ExactDelaysMs.TakeLast(6000).Average() + 5;
        output.WriteLine($"target {after.TargetDelay * 1000:F1} ms, delay {delay:F1}, made up {madeUp:F1} %");
        Assert.InRange(after.TargetDelay * 1000, 46, 57);
        Assert.InRange(delay, 50, 75);
        Assert.InRange(madeUp, 0, 4.5);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void SpikesAreForgottenTwoSecondsAfterTheyEnd(int seed)
    {
        var call = new SimulatedCall(seed) { InOrder = true };
        call.Link = now => now < 30_000 && call.Random.NextDouble() < 0.01 ? 120 : 0;
        call.Run(30_200);
        call.Run(2000);
        Assert.True(call.Statistics.TargetDelay * 1000 <= 1, $"{call.Statistics.TargetDelay}");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void StepOf60MsIsFollowedWithOneConcealment(int seed)
    {
        var call = new SimulatedCall(seed, phaseMs: seed - 0.5) { InOrder = true };
        call.Link = now => now > 7000 ? 60 : 0;
        call.Run(20_000);
        Assert.Equal(1, call.Statistics.ConcealmentEvents);
        Assert.InRange(call.Statistics.ConcealedSamples, 1, 80 * 48);
    }

    /// <summary>At once and nothing else: what is heard before and after is a copy of what was decoded.</summary>
    [Theory]
    [InlineData("speech_de_f")]
    [InlineData("speech_en_m")]
    public void WhatAVoicesCallBeginsWithGoesBetweenTwoWords(string voice)
    {
        using var call = new SpokenCall { Codec = CodecCatalogue.G722 };
        call.Say(SpokenCall.Speech(voice, 2));
        var kinds = call.Infos.Select((info, i) => (info.Kind, i)).Where(k => k.Kind == PlayedKind.Accelerated).Select(k => k.i).ToList();
        output.WriteLine($"{call.Statistics.RemovedSamplesForAcceleration / 48.0:F1} ms in blocks {string.Join(" ", kinds)}");
        Assert.InRange(call.Statistics.RemovedSamplesForAcceleration, 240, 480);
        Assert.InRange(kinds[0], 250, 650);
        Assert.InRange(kinds[^1] - kinds[0], 0, 2);
        Assert.Equal(0, call.Statistics.ConcealedSamples);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(700)]
    [InlineData(1500)]
    public void StandingSoundIsPlayedAwayWithinFiveSecondsWithoutAGap(double standing)
    {
        var call = new SimulatedCall { InOrder = true };
        call.Link = now => now > 5000 && now < 5000 + standing ? 5000 + standing - now : 0;
        call.Run(5000 + standing + 20);
        PlayoutSnapshot before = call.Statistics;
        call.Run(5000);
        output.WriteLine($"{standing}: {call.MeanDelay(50):F1} ms, removed {(call.Statistics.RemovedSamplesForAcceleration - before.RemovedSamplesForAcceleration) / 48} ms, step {call.LargestStep}");
        Assert.True(call.MeanDelay(50) <= 25, $"{call.MeanDelay(50)}");
        Assert.Equal(before.ConcealedSamples, call.Statistics.ConcealedSamples);
        Assert.Equal(before.PacketsDiscarded, call.Statistics.PacketsDiscarded);
        Assert.True(call.LargestStep <= 500, $"{call.LargestStep}");
    }

    private static double Wobble(SimulatedCall call) => (2 * call.Random.NextDouble()) - 1;

    public static TheoryData<int> InnerPhases => [.. Enumerable.Range(3, 7)];

    public static TheoryData<int> WholePhases => [.. Enumerable.Range(0, 10)];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 10)];

    /// <summary>Phases 0 to 9 ms, with clocks that keep time and with threads that wake up ±1 ms.</summary>
    public static TheoryData<double, double> Phases
    {
        get
        {
            var all = new TheoryData<double, double>();
            for (int phase = 0; phase < 10; phase++)
            {
                all.Add(phase, 0);
                all.Add(phase, 1);
            }

            return all;
        }
    }
}
