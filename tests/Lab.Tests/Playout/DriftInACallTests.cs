// SPDX-License-Identifier: MIT
using Earshot.Lab.Calls;
using Earshot.Lab.Links;

namespace Earshot.Lab.Tests.Playout;

/// <summary>Sound cards that do not agree, in whole calls: from the third second on nobody hears that they do not.</summary>
public sealed class DriftInACallTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(500)]
    [InlineData(-500)]
    [InlineData(100)]
    [InlineData(-100)]
    public void DelayStandsFromTheBeginning(double ppm)
    {
        for (ulong seed = 1; seed <= 3; seed++)
        {
            var way = Call(ppm, seed);
            output.WriteLine($"{ppm} ppm, seed {seed}: delay {way.Delay.MedianMs:F1} ms, span {way.DelaySpanMs:F2}, inserted {way.Playout.InsertedSamplesForDeceleration}, removed {way.Playout.RemovedSamplesForAcceleration}, drift {way.Playout.ClockDrift:F1}");
            Assert.InRange(way.DelaySpanMs, 0, 2);
            Assert.Equal(0, way.Playout.ConcealedSamples);
            Assert.Equal(0, way.Playout.InsertedSamplesForDeceleration + way.Playout.RemovedSamplesForAcceleration);
        }
    }

    /// <summary>Clocks that agree are seen to do so within seconds; then packets are moved to the edge of their block: the room of the begin is cut out once, between two words.</summary>
    [Fact]
    public void DelayOfEqualClocksGoesDownToTheirPhase()
    {
        for (ulong seed = 1; seed <= 3; seed++)
        {
            var way = Call(0, seed);
            output.WriteLine($"seed {seed}: delay at first {way.Track.Pulls[100].DelayMs:F1} ms, median {way.Delay.MedianMs:F1}");
            Assert.InRange(way.Delay.MedianMs, 5, 16.5);
            Assert.InRange(way.Track.Pulls.Skip(1400).Max(p => p.DelayMs), 5, way.Delay.MedianMs + 0.1);
            Assert.Equal(0, way.Playout.ConcealedSamples);
            Assert.Equal(0, way.Playout.InsertedSamplesForDeceleration);
            Assert.InRange(way.Playout.RemovedSamplesForAcceleration / 48.0, 0, 17.5);
        }
    }

    private static OneWayResult Call(double ppm, ulong seed) => LabResult.Of(new LabScenario
    {
        Voice = LabVoice.Open("speech_de_f"),
        Seed = seed,
        Duration = TimeSpan.FromSeconds(20),
        Scored = false,
        DriftPpm = ppm,
        Link = new LinkOptions { Delay = TimeSpan.Zero },
    }).There;
}
