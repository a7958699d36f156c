// SPDX-License-Identifier: MIT
using Earshot.Protocol.Rtcp;

namespace Earshot.Protocol.Tests.Rtcp;

public sealed class RtcpSchedulerTests
{
    private const double Shortest = 5000 * 0.5 / 1.21828;
    private const double Longest = 5000 * 1.5 / 1.21828;

    [Fact]
    public void BeforeTheStartAndAfterTheEndNothingIsDue()
    {
        var scheduler = new RtcpScheduler(new Seeded(1));
        Assert.Equal(Instant.Never, scheduler.Due);
        Assert.False(scheduler.HandleTimeout(Instant.Zero));
        scheduler.Start(Instant.Zero);
        scheduler.Stop();
        Assert.False(scheduler.HandleTimeout(Instant.FromMilliseconds(1e6)));
    }

    [Fact]
    public void TheFirstReportComesAfterHalfAnIntervalOnAverage()
    {
        double sum = 0;
        for (int seed = 0; seed < 4000; seed++)
        {
            var scheduler = new RtcpScheduler(new Seeded(seed));
            scheduler.Start(Instant.FromMilliseconds(77));
            double waited = NextReport(scheduler).TotalMilliseconds - 77;
            Assert.InRange(waited, (Shortest / 2) - 1, (Longest / 2) + 1);
            sum += waited;
        }

        Assert.InRange(sum / 4000, 2450, 2550);
    }

    [Fact]
    public void ReportsAreFiveSecondsApartOnAverageAndNeverInStep()
    {
        var scheduler = new RtcpScheduler(new Seeded(3550));
        scheduler.Start(Instant.Zero);
        var last = NextReport(scheduler);
        double sum = 0, least = double.MaxValue, most = 0;
        for (int i = 0; i < 20_000; i++)
        {
            var at = NextReport(scheduler);
            double waited = (at - last).TotalMilliseconds;
            (sum, least, most, last) = (sum + waited, Math.Min(least, waited), Math.Max(most, waited), at);
        }

        Assert.InRange(sum / 20_000, 4950, 5050);
        Assert.InRange(least, Shortest - 1, Shortest * 1.1);
        Assert.InRange(most, Longest * 0.95, Longest + 1);
    }

    [Fact]
    public void ALateWakeReportsOnceAndCatchesUpNothing()
    {
        var scheduler = new RtcpScheduler(new Seeded(5));
        scheduler.Start(Instant.Zero);
        var late = Instant.FromMilliseconds(60_000);
        Assert.True(scheduler.HandleTimeout(late));
        Assert.False(scheduler.HandleTimeout(late));
        Assert.True(scheduler.Due - late >= TimeSpan.FromMilliseconds(Shortest - 1));
    }

    private static Instant NextReport(RtcpScheduler scheduler)
    {
        while (true)
        {
            var now = scheduler.Due;
            if (scheduler.HandleTimeout(now))
                return now;
        }
    }

    private sealed class Seeded(int seed) : IRandomSource
    {
        private readonly Random _random = new(seed);

        public void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
    }
}
