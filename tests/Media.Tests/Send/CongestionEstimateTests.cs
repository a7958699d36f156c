// SPDX-License-Identifier: MIT
using Earshot.Media.Send;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Send;

/// <summary>Ways to the peer, report by report: what is taken for a full queue, what is not, and how the rate comes back.</summary>
public class CongestionEstimateTests
{
    private const double Nominal = 52_000;
    private static readonly (double Least, double Most) Bounds = (18_000, 92_000);

    private readonly CongestionEstimate _way = new();
    private double _seconds;

    [Fact]
    public void AQueueThatGrowsCutsTheRate()
    {
        Report(roundTripMs: 60);
        Assert.True(double.IsInfinity(_way.Allowed));
        Report(roundTripMs: 100);
        Assert.False(_way.IsFull);
        Report(roundTripMs: 150);
        Assert.False(_way.IsFull);
        Report(roundTripMs: 160);
        Assert.True(_way.IsFull);
        Assert.Equal(100, _way.Queue);
        Assert.InRange(_way.Allowed, 0.75 * Nominal, 0.85 * Nominal);
    }

    [Fact]
    public void AQueueThatStaysFullIsCutAgainAndOneThatDrainsIsLeftToDrain()
    {
        Report(roundTripMs: 60);
        Report(roundTripMs: 300);
        Report(roundTripMs: 360);
        double first = _way.Allowed;
        Assert.InRange(first, 0.75 * Nominal, 0.85 * Nominal);
        Report(roundTripMs: 350);
        double second = _way.Allowed;
        Assert.True(second < 0.85 * first);
        // Still long, but a third shorter: what was taken back is at work.
        Report(roundTripMs: 200);
        Assert.True(_way.IsFull);
        Assert.Equal(second, _way.Allowed);
    }

    [Fact]
    public void AnEmptyQueueBringsTheRateBackAfterTenSecondsAndSlowlyWhereItWasTooMuch()
    {
        Report(roundTripMs: 60);
        Report(roundTripMs: 220);
        Report(roundTripMs: 260);
        double cut = _way.Allowed;
        double cutAt = _seconds;
        Report(roundTripMs: 60);
        Assert.Equal(cut, _way.Allowed);
        double before = cut, greatest = 0;
        double nearKnee = double.MaxValue;
        while (!double.IsInfinity(_way.Allowed))
        {
            Report(roundTripMs: 60);
            if (double.IsInfinity(_way.Allowed))
                break;
            Assert.True(_way.Allowed == before || _seconds - cutAt >= 10);
            double step = _way.Allowed / before;
            greatest = Math.Max(greatest, step);
            if (before > 0.85 * Nominal && before < 0.99 * Nominal)
                nearKnee = Math.Min(nearKnee, step);
            before = _way.Allowed;
            Assert.True(_seconds < 300, "the rate comes back within minutes");
        }

        Assert.InRange(greatest, 1.05, 1.081);
        Assert.InRange(nearKnee, 1.005, 1.021);
    }

    [Fact]
    public void HowFastTheRateComesBackDoesNotDependOnHowOftenThePeerReports()
    {
        var other = new CongestionEstimateTests();
        foreach (var way in (CongestionEstimateTests[])[this, other])
        {
            way.Report(roundTripMs: 60);
            way.Report(roundTripMs: 300);
            way.Report(roundTripMs: 400);
            way.Report(roundTripMs: 500);
        }

        for (int i = 0; i < 8; i++)
            Report(roundTripMs: 60, after: 5);
        for (int i = 0; i < 40; i++)
            other.Report(roundTripMs: 60, after: 1);
        Assert.InRange(other._way.Allowed / _way.Allowed, 0.9, 1.1);
    }

    [Fact]
    public void ARateFoundTooHighTwiceIsApproachedMoreSlowly()
    {
        double once = SecondsToKnee();
        double twice = SecondsToKnee();
        Assert.True(twice > 1.3 * once, $"{once} s, then {twice} s");

        // From a cut back to where it was cut at.
        double SecondsToKnee()
        {
            Report(roundTripMs: 60, sent: 50_000);
            Report(roundTripMs: 250, sent: 50_000);
            Report(roundTripMs: 300, sent: 50_000);
            double begun = _seconds;
            while (_way.Allowed < 49_000)
            {
                Report(roundTripMs: 60, sent: _way.Allowed);
                Assert.True(_seconds - begun < 600);
            }

            return _seconds - begun;
        }
    }

    [Theory]
    [InlineData(13, 40)]   // 0 to 40 ms
    [InlineData(30, 120)]
    public void JitterWithoutAQueueCutsNothing(double jitterMs, double spread)
    {
        var random = new Random(1);
        for (int i = 0; i < 500; i++)
        {
            Report(roundTripMs: 50 + (spread * random.NextDouble()), jitterMs: jitterMs);
            Assert.False(_way.IsFull);
        }

        Assert.True(double.IsInfinity(_way.Allowed));
    }

    [Theory]
    [InlineData(0.03, 0)]
    [InlineData(0.1, 0)]
    [InlineData(0.2, 1)]
    [InlineData(0.3, 20)]
    public void LossWithoutAQueueCutsNothing(double loss, double jitterMs)
    {
        // The first report is short and the round trip is, too: this way is known to be empty.
        Report(roundTripMs: 40, jitterMs: jitterMs, packets: 20, after: 0.5);
        for (int i = 0; i < 100; i++)
            Report(loss, roundTripMs: 40, jitterMs: jitterMs);
        Assert.False(_way.IsFull);
        Assert.False(_way.IsDoubtful);
        Assert.True(double.IsInfinity(_way.Allowed));
    }

    [Fact]
    public void HopelessLossIsAFullWayWhateverItsDelay()
    {
        Report(roundTripMs: 40);
        Report(0.5, roundTripMs: 40);
        Assert.True(_way.IsFull);
        Assert.InRange(_way.Allowed, Bounds.Least, 0.5 * Nominal);
    }

    [Fact]
    public void ManyLostOfAFewPacketsAreNotHopelessYet()
    {
        Report(0.6, roundTripMs: 40, packets: 20, after: 0.5);
        Assert.False(_way.IsFull);
    }

    [Fact]
    public void AQueueFullFromTheBeginningIsDoubtedOnceAndBelievedWhenLessSentIsNotLessLost()
    {
        Report(0.2, roundTripMs: 250, jitterMs: 9);
        Assert.True(_way.IsDoubtful);
        double cut = _way.Allowed;
        Assert.True(cut < 0.7 * Nominal);
        // As much is lost of less: dice, no queue.
        Report(0.2, roundTripMs: 250, jitterMs: 9);
        Assert.False(_way.IsDoubtful);
        Assert.False(_way.IsFull);
        Assert.Equal(cut, _way.Allowed);
    }

    [Fact]
    public void AQueueThatBeganWithTheCallIsFoundBeforeItOverflows()
    {
        // 52 kbit/s into 40: half a second after the first packet 115 ms wait, an empty way has 50.
        Report(roundTripMs: 50, jitterMs: 4, packets: 20, after: 0.5, flightMs: 50 + 115);
        Assert.True(_way.IsFull);
        // 23 % of the time was spent waiting, so 40 kbit/s come through, and what waits must go as well.
        Assert.InRange(_way.Allowed, 28_000, 36_000);
    }

    [Fact]
    public void WithoutARoundTripOrOnALongWayTheTimeInFlightSaysNothing()
    {
        Report(roundTripMs: null, packets: 20, after: 0.5, flightMs: 400);
        Assert.False(_way.IsFull);
        var satellite = new CongestionEstimateTests();
        satellite.Report(roundTripMs: 550, jitterMs: 3, packets: 20, after: 1, flightMs: 580);
        Assert.False(satellite._way.IsFull);
    }

    [Fact]
    public void ALostRunLaterInTheCallIsNoQueue()
    {
        Report(roundTripMs: 50, packets: 20, after: 0.5, flightMs: 60);
        Report(0.1, roundTripMs: 50, flightMs: 600);
        Assert.False(_way.IsFull);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(-500)]
    public void ADriftingClockOfThePeersIsNoQueue(double ppm)
    {
        // A round trip is measured by our clock but for the peer's wait, whose length its clock tells: 5 s of it are 2.5 ms off at 500 ppm.
        var random = new Random(2);
        for (int i = 0; i < 2000; i++)
        {
            double since = 5000 * random.NextDouble();
            Report(roundTripMs: 60 + (since * ppm * 1e-6), jitterMs: 0.5);
            Assert.False(_way.IsFull);
        }
    }

    // Another network, another route: 120 ms more from one report to the next, and nothing lost.
    [Fact]
    public void AWayThatBecameLongerIsBelievedOnceLessSentDoesNotShortenIt()
    {
        var random = new Random(3);
        for (int i = 0; i < 5; i++)
            Report(roundTripMs: 40 + random.NextDouble());
        int cuts = 0;
        for (int i = 0; i < 4; i++)
        {
            Report(roundTripMs: 160 + random.NextDouble(), sent: Math.Min(Nominal, _way.Allowed), after: 3.5);
            cuts += _way.IsFull ? 1 : 0;
        }

        Assert.Equal(2, cuts);
        // From here on a queue is what comes on top of that, and the rate comes back at once, though not all of it.
        for (int i = 0; i < 12; i++)
        {
            Report(roundTripMs: 160 + random.NextDouble(), sent: Math.Min(Nominal, _way.Allowed));
            Assert.False(_way.IsFull);
        }

        Assert.True(_way.Allowed > Nominal);
        Report(roundTripMs: 200);
        Assert.False(_way.IsFull);
        Report(roundTripMs: 300);
        Report(roundTripMs: 320);
        Assert.True(_way.IsFull);
    }

    // A report of ours waited in the queue, and the answer tells of it seconds later: what is on the way now was just sent.
    [Fact]
    public void AQueueThatIsGoneByTheTimeItIsToldIsNone()
    {
        Report(roundTripMs: 50);
        Report(roundTripMs: 250, flightMs: 40);
        Report(roundTripMs: 250, flightMs: 60);
        Assert.False(_way.IsFull);
        Report(roundTripMs: 250, flightMs: 210);
        Report(roundTripMs: 250, flightMs: 230);
        Assert.True(_way.IsFull);
    }

    // Both cuts were for loss, and the round trip was never long: nothing is believed of it.
    [Fact]
    public void CutsForLossAloneAreNoLongerWay()
    {
        Report(0.25, roundTripMs: 400, jitterMs: 9);
        Report(0.06, roundTripMs: 250, jitterMs: 2, sent: _way.Allowed);
        double cut = _way.Allowed;
        Report(0, roundTripMs: 100, jitterMs: 2, sent: cut);
        Assert.True(_way.Allowed <= 1.09 * cut);
    }

    [Fact]
    public void AQueueThatStaysWhileItLosesIsNoLongerWay()
    {
        Report(roundTripMs: 40);
        for (int i = 0; i < 8; i++)
            Report(0.1, roundTripMs: 240, sent: Math.Min(Nominal, _way.Allowed));
        Assert.True(_way.IsFull);
        Assert.Equal(Bounds.Least, _way.Allowed);
    }

    // One packet in a hundred is 120 ms late, a report or what it answers as often as any: an hour of them.
    [Fact]
    public void SpikesThatHitAReportCutNothing()
    {
        var random = new Random(4);
        int full = 0;
        for (int i = 0; i < 1000; i++)
        {
            Report(roundTripMs: 40 + (random.NextDouble() < 0.02 ? 120 : 0), jitterMs: 2, after: 3.5);
            full += _way.IsFull ? 1 : 0;
        }

        Assert.InRange(full, 0, 1);
    }

    [Fact]
    public void NothingIsAllowedBelowTheLeast()
    {
        Report(roundTripMs: 40);
        for (int i = 1; i < 60; i++)
            Report(0.6, roundTripMs: 40 + (100 * i), sent: Math.Min(Nominal, _way.Allowed));
        Assert.Equal(Bounds.Least, _way.Allowed);
    }

    [Fact]
    public void ANetworkThatNothingIsKnownOfIsFree()
    {
        Report(roundTripMs: 40);
        Report(0.5, roundTripMs: 400);
        _way.Reset();
        Assert.True(double.IsInfinity(_way.Allowed));
        Assert.Equal((false, false, 0), (_way.IsFull, _way.IsDoubtful, _way.Queue));
        Report(roundTripMs: 400);
        Assert.False(_way.IsFull);
    }

    private void Report(
        double loss = 0, double? roundTripMs = null, double jitterMs = 0, double sent = Nominal, uint packets = 250, double after = 5, double flightMs = 0)
    {
        _seconds += after;
        _way.HandleReport(Instant.FromMilliseconds(1000 * _seconds), sent, Bounds, new(loss, packets, roundTripMs, jitterMs)
        {
            FlightMs = flightMs,
            SinceFirstMs = 1000 * _seconds,
        });
    }
}
