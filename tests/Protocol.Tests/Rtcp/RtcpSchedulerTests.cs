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

    [Fact]
    public void TheFirstPacketSentIsReportedAtOnceAndMovesNothingElse()
    {
        var scheduler = new RtcpScheduler(new Seeded(7));
        scheduler.Start(Instant.Zero);
        var regular = scheduler.Due;
        var sent = Instant.FromMilliseconds(200);
        scheduler.HandleSent(sent);
        Assert.Equal(sent, scheduler.Due);
        Assert.True(scheduler.HandleTimeout(sent));
        Assert.Equal(regular, scheduler.Due);
        scheduler.HandleSent(sent + TimeSpan.FromSeconds(1));
        Assert.Equal(regular, scheduler.Due);
    }

    [Fact]
    public void WhatIsHeardFirstIsReportedWithinSixTenthsOfASecond()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            var scheduler = new RtcpScheduler(new Seeded(seed));
            scheduler.Start(Instant.Zero);
            var regular = scheduler.Due;
            var heard = Instant.FromMilliseconds(50);
            scheduler.HandleHeard(heard);
            var due = scheduler.Due;
            Assert.InRange((due - heard).TotalMilliseconds, 299.9, 600.1);
            scheduler.HandleHeard(heard + TimeSpan.FromMilliseconds(20));
            Assert.Equal(due, scheduler.Due);
            Assert.True(scheduler.HandleTimeout(due));
            // From here on as always.
            Assert.Equal(regular, scheduler.Due);
        }
    }

    [Fact]
    public void WithFeedbackWhatIsHeardFirstIsReportedFourTimesSoon()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            var scheduler = new RtcpScheduler(new Seeded(seed)) { Interval = TimeSpan.FromSeconds(1) };
            scheduler.Start(Instant.Zero);
            var last = Instant.FromMilliseconds(50);
            scheduler.HandleHeard(last);
            for (int i = 0; i < 4; i++)
            {
                var next = NextReport(scheduler);
                Assert.InRange((next - last).TotalMilliseconds, 0, 600.1);
                last = next;
            }

            // From here on as always: one a second.
            var begin = last;
            for (int i = 0; i < 40; i++)
                last = NextReport(scheduler);
            Assert.InRange((last - begin).TotalSeconds, 30, 50);
        }
    }

    [Fact]
    public void AReportThatWasDueAnywaySparesTheEarlyOne()
    {
        var scheduler = new RtcpScheduler(new Seeded(7));
        scheduler.Start(Instant.Zero);
        var late = Instant.FromMilliseconds(60_000);
        scheduler.HandleHeard(late);
        Assert.True(scheduler.HandleTimeout(late));
        Assert.True(scheduler.Due - late >= TimeSpan.FromMilliseconds(Shortest - 1));
    }

    [Fact]
    public void BeforeTheStartAndAfterTheEndNothingThatMovesIsReported()
    {
        var scheduler = new RtcpScheduler(new Seeded(7));
        scheduler.HandleSent(Instant.Zero);
        scheduler.HandleHeard(Instant.Zero);
        Assert.Equal(Instant.Never, scheduler.Due);
        scheduler.Start(Instant.Zero);
        scheduler.Stop();
        scheduler.HandleSent(Instant.Zero);
        scheduler.HandleHeard(Instant.Zero);
        Assert.Equal(Instant.Never, scheduler.Due);
    }

    // RFC 3550 §6.2: 360 over the session's bandwidth, where that is less than 5 s.
    [Theory]
    [InlineData(50, false, 5)]
    [InlineData(72, false, 5)]
    [InlineData(104, false, 3.46)]
    [InlineData(168, false, 2.14)]
    [InlineData(1000, false, 1)]
    [InlineData(0, false, 5)]
    [InlineData(50, true, 1)]
    public void TheIntervalIsReducedWithTheBandwidthAndByFeedback(double kilobits, bool feedback, double seconds) =>
        Assert.Equal(seconds, RtcpScheduler.IntervalFor(kilobits, feedback).TotalSeconds, 0.01);

    [Fact]
    public void AReducedIntervalIsKeptOnAverage()
    {
        var scheduler = new RtcpScheduler(new Seeded(4585)) { Interval = TimeSpan.FromSeconds(2) };
        scheduler.Start(Instant.Zero);
        var first = NextReport(scheduler);
        var last = first;
        for (int i = 0; i < 5000; i++)
            last = NextReport(scheduler);
        Assert.InRange((last - first).TotalSeconds / 5000, 1.96, 2.04);
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
