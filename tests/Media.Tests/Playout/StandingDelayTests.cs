// SPDX-License-Identifier: MIT
using Earshot.Media.Playout;

namespace Earshot.Media.Tests.Playout;

/// <summary>Whatever raised the delay: five seconds later it is gone, and nobody heard a gap.</summary>
[Collection(Computing.Name)]
public class StandingDelayTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(100, 0)]
    [InlineData(500, 0)]
    [InlineData(1500, 0)]
    [InlineData(3000, 0)]
    [InlineData(500, 300)]
    [InlineData(1500, -300)]
    public void SinkThatSleptCatchesUp(double sleptMs, double ppm)
    {
        var call = new SimulatedCall { SenderPpm = ppm };
        call.Run(20_000);
        call.Sleep(sleptMs);
        call.Run(sleptMs + 50);
        PlayoutSnapshot before = call.Statistics;
        call.Run(5000);
        PlayoutSnapshot after = call.Statistics;
        double delay = call.ExactDelaysMs.TakeLast(50).Average();
        output.WriteLine($"slept {sleptMs} ms at {ppm} ppm: delay {delay:F1} ms, removed {(after.RemovedSamplesForAcceleration - before.RemovedSamplesForAcceleration) / 48} ms, discarded {after.PacketsDiscarded}, drift {after.ClockDrift:F1}, step {call.LargestStep}");
        Assert.True(delay <= 20, $"{delay}");
        Assert.Equal(before.ConcealedSamples, after.ConcealedSamples);
        Assert.InRange(after.ClockDrift, ppm - 10, ppm + 10);
        if (sleptMs < 2000)
            Assert.Equal(0, after.PacketsDiscarded);
    }

    [Theory]
    [InlineData(1.5, 12)]
    [InlineData(5, 12)]
    [InlineData(8.6, 12)]
    [InlineData(8.6, 35)]
    [InlineData(1.5, 150)]
    public void APullThatCameLateOnceIsNotTakenForAllThatFollow(double phaseMs, double lateMs)
    {
        var call = new SimulatedCall(phaseMs: phaseMs) { PlaysAtTicks = true };
        call.Run(10_000);
        long concealed = call.Statistics.ConcealedSamples, removed = call.Statistics.RemovedSamplesForAcceleration;
        bool isDue = true;
        call.PullJitter = () => isDue && !(isDue = false) ? lateMs : 0;
        call.Run(20_000);
        double made = (call.Statistics.ConcealedSamples - concealed) / 48.0, taken = (call.Statistics.RemovedSamplesForAcceleration - removed) / 48.0;
        double delay = call.ExactDelaysMs.TakeLast(50).Average();
        output.WriteLine($"concealed {made:F1} ms, removed {taken:F1} ms, delay {delay:F1} ms");
        Assert.True(made <= 20, $"{made} ms made up");
        Assert.True(taken <= 30, $"{taken} ms taken out");
        Assert.True(delay <= 20, $"{delay} ms");
    }

    [Theory]
    [InlineData(1.5, 3)]
    [InlineData(5, 6)]
    [InlineData(8.6, 6)]
    [InlineData(8.6, 15)]
    public void PullsOfABusyMachineAreLateNowAndThen(double phaseMs, double mostMs)
    {
        var call = new SimulatedCall(phaseMs: phaseMs) { PlaysAtTicks = true };
        call.PullJitter = () => call.Random.NextDouble() < 0.2 ? call.Random.NextDouble() * mostMs : 0;
        call.Run(60_000);
        double made = call.Statistics.ConcealedSamples / 48.0, taken = call.Statistics.RemovedSamplesForAcceleration / 48.0;
        double delay = call.ExactDelaysMs.TakeLast(500).Average();
        output.WriteLine($"concealed {made:F1} ms, removed {taken:F1} ms, delay {delay:F1} ms");
        Assert.True(made <= 30, $"{made} ms made up");
        Assert.True(taken <= 30, $"{taken} ms taken out");
        Assert.True(delay <= 20, $"{delay} ms");
    }

    [Fact]
    public void PacketsThatComeSecondsLateChangeNothing()
    {
        var call = new SimulatedCall();
        call.Link = _ => call.Random.NextDouble() < 0.005 ? 3000 : 0;
        call.Run(30_000);
        PlayoutSnapshot s = call.Statistics;
        output.WriteLine($"discarded {s.PacketsDiscarded}, lost {s.PacketsLost}, target {s.TargetDelay * 1000:F0} ms, delay {call.MeanDelay(500):F1}");
        Assert.True(s.PacketsDiscarded > 0);
        Assert.Equal(0, s.Restarts);
        Assert.True(call.MeanDelay(500) <= 40);
    }

    [Theory]
    [InlineData(6000)]
    [InlineData(9000)]
    public void LongPacketsThatComeSecondsLateBeginNoNewStream(double late)
    {
        var call = new SimulatedCall { PacketSamples = 2880 };
        call.Link = now => now is >= 12_000 and < 12_060 ? late : 0;
        call.Run(30_000);
        PlayoutSnapshot s = call.Statistics;
        Assert.Equal((0, 1), (s.Restarts, s.PacketsDiscarded));
        Assert.Equal(2880, s.ConcealedSamples);
    }

    [Fact]
    public void APathThatGivesSecondsOfOldPacketsAtOnceBeginsNoNewStream()
    {
        var call = new SimulatedCall();
        call.Link = now => now is >= 5000 and < 5400 ? 10_501 + ((now - 5000) / 100) - now : 0;
        call.Run(20_000);
        PlayoutSnapshot s = call.Statistics;
        Assert.Equal((0, 20), (s.Restarts, s.PacketsDiscarded));
        Assert.True(call.MeanDelay(500) <= 40);
    }

    [Fact]
    public void ASenderThatPlaysTheSameStreamOnceMoreIsHeardAgain()
    {
        var call = new SimulatedCall();
        call.Run(20_000);
        call.SequenceOffset -= 500;
        call.TimestampOffset -= 500 * 960;
        call.Run(2000);
        Assert.Equal((1, PlayedKind.Normal), (call.Statistics.Restarts, call.Info.Kind));
        Assert.InRange(call.Statistics.PacketsDiscarded, 1, 6);
    }
}
