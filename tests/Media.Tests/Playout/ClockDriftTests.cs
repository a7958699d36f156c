// SPDX-License-Identifier: MIT
using Earshot.Media.Playout;

namespace Earshot.Media.Tests.Playout;

/// <summary>Two quartzes that do not agree: ten virtual minutes from the first block on, heard through one resampler and nothing else.</summary>
[Collection(Computing.Name)]
public class ClockDriftTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(500, 0)]
    [InlineData(-500, 0)]
    [InlineData(0, 300)]
    [InlineData(100, -100)]
    [InlineData(20, 0)]
    public void DelayStandsStillForTenMinutes(double senderPpm, double cardPpm)
    {
        var call = new SimulatedCall { SenderPpm = senderPpm, CardPpm = cardPpm };
        call.Run(600_000);
        PlayoutSnapshot end = call.Statistics;
        double low = call.ExactDelaysMs.Min(), high = call.ExactDelaysMs.Max();
        output.WriteLine($"{senderPpm} against {cardPpm} ppm: {end.ClockDrift:F2} ppm, delay {low:F2} to {high:F2} ms, step {call.LargestStep}");
        Assert.InRange(high - low, 0, 2);
        Assert.Equal(0, end.ConcealedSamples);
        Assert.Equal(0, end.InsertedSamplesForDeceleration + end.RemovedSamplesForAcceleration);
        Assert.InRange(end.ClockDrift, senderPpm - cardPpm - 0.5, senderPpm - cardPpm + 0.5);
        Assert.True(call.LargestStep <= 650, $"{call.LargestStep}");
    }

    [Theory]
    [InlineData("uniform 40")]
    [InlineData("normal 15")]
    [InlineData("Pareto 8")]
    [InlineData("spikes")]
    [InlineData("step")]
    public void JitterIsNoDrift(string arrivals)
    {
        double worst = 0;
        for (int seed = 1; seed <= 5; seed++)
        {
            SimulatedCall call = Jittery(arrivals, seed);
            call.AfterPull = c => worst = Math.Max(worst, Math.Abs(c.Statistics.ClockDrift));
            call.Run(300_000);
        }

        output.WriteLine($"{arrivals}: at most {worst:F1} ppm");
        Assert.True(worst <= 30, $"{worst}");
    }

    [Theory]
    [InlineData("uniform 40", 200)]
    [InlineData("normal 15", -200)]
    [InlineData("Pareto 8", 500)]
    public void DriftIsSeenThroughJitter(string arrivals, double ppm)
    {
        for (int seed = 1; seed <= 5; seed++)
        {
            SimulatedCall call = Jittery(arrivals, seed);
            call.SenderPpm = ppm;
            call.Run(300_000);
            output.WriteLine($"{arrivals}, {ppm} ppm: {call.Statistics.ClockDrift:F1}");
            Assert.InRange(call.Statistics.ClockDrift, ppm - 10, ppm + 10);
        }
    }

    [Fact]
    public void AnotherSenderIsLearntAnew()
    {
        var call = new SimulatedCall { SenderPpm = 400 };
        call.Run(30_000);
        call.Ssrc = 8;
        call.SenderPpm = -300;
        call.Run(30_000);
        output.WriteLine($"{call.Statistics.ClockDrift:F1}");
        Assert.InRange(call.Statistics.ClockDrift, -303, -297);
    }

    private static SimulatedCall Jittery(string arrivals, int seed)
    {
        var call = new SimulatedCall(seed) { InOrder = arrivals != "uniform 40" };
        call.Link = Arrivals.Named(arrivals, call.Random);
        return call;
    }
}
