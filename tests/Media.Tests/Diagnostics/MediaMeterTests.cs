// SPDX-License-Identifier: MIT
using System.Diagnostics.Metrics;
using Earshot.Media.Diagnostics;
using Earshot.Media.Tests.Sessions;

namespace Earshot.Media.Tests.Diagnostics;

public class MediaMeterTests
{
    [Fact]
    public void CountersGoOverAllCallsAndNeverFallAndGaugesShowTheWorst()
    {
        var calls = new List<MediaStatistics>
        {
            new() { PacketsSent = 10, PacketsReceived = 8, PacketsLost = 2, Jitter = 0.001, Mos = 4.1, ConcealedSamples = 960 },
            new() { PacketsSent = 5, PacketsReceived = 5, PacketsLost = -1, Jitter = 0.02, RoundTripTime = 0.1 },
        };
        var ended = new MediaTotals();
        using var meter = new MediaMeter(figure => [.. calls.Select(figure)], ended);
        var before = Observe();
        Assert.Equal((2, 15, 13, 2, 960), (before["earshot.calls.active"], before["earshot.packets.sent"], before["earshot.packets.received"],
            before["earshot.packets.lost"], before["earshot.samples.concealed"]));
        Assert.Equal((0.02, 0.1, 4.1), (before["earshot.jitter"], before["earshot.round_trip"], before["earshot.mos"]));

        ended.Add(calls[0]);
        calls.RemoveAt(0);
        var after = Observe();
        Assert.Equal((1, 15), (after["earshot.calls.active"], after["earshot.packets.sent"]));
        Assert.DoesNotContain("earshot.mos", after.Keys);

        Dictionary<string, double> Observe() => MediaMeterTests.Observe(meter.Meter);
    }

    [Fact]
    public void ACounterStandsWhereItsFigureIsTakenBack()
    {
        // A packet that was only late takes its loss back, a pause that showed itself what was made up, a copy that is needed itself from those not needed.
        var calls = new List<MediaStatistics> { new() { PacketsLost = 5, ConcealedSamples = 960, FecPacketsDiscarded = 3 } };
        var ended = new MediaTotals();
        using var meter = new MediaMeter(figure => [.. calls.Select(figure)], ended);
        Assert.Equal((5, 960, 3), Figures());
        calls[0] = new() { PacketsLost = 4, ConcealedSamples = 480, FecPacketsDiscarded = 2 };
        Assert.Equal((5, 960, 3), Figures());
        calls[0] = new() { PacketsLost = 7, ConcealedSamples = 1440, FecPacketsDiscarded = 4 };
        Assert.Equal((7, 1440, 4), Figures());

        (double Lost, double Concealed, double Unneeded) Figures()
        {
            var seen = Observe(meter.Meter);
            return (seen["earshot.packets.lost"], seen["earshot.samples.concealed"], seen["earshot.packets.fec_discarded"]);
        }
    }

    [Fact]
    public void ACallOfTwoPhonesMovesEveryInstrumentAndTheListenerIsToldUnits()
    {
        using var engine = CallPair.NewEngine();
        using (var call = new CallPair(engine: engine))
        {
            CallPair.Talk(0.6);
            CallPair.Until(() => call.Caller.GetStatistics() is { PacketsReceived: > 20, Mos: not null }, "a score");
            var (units, seen) = (Units(engine.Meter), Observe(engine.Meter));
            Assert.Equal(
                "calls.active={call} jitter=s mos={score} mouth_to_ear=s packets.discarded={packet} packets.fec={packet} packets.fec_discarded={packet} packets.lost={packet} "
                + "packets.received={packet} packets.sent={packet} round_trip=s samples.concealed={sample} samples.played={sample} target_delay=s",
                string.Join(' ', units.Select(unit => $"{unit.Key["earshot.".Length..]}={unit.Value}").Order(StringComparer.Ordinal)));
            Assert.Equal(2, seen["earshot.calls.active"]);
            Assert.True(seen["earshot.packets.sent"] > 40);
            Assert.True(seen["earshot.packets.received"] > 40);
            Assert.True(seen["earshot.samples.played"] > 2 * 0.3 * 48000);
            Assert.InRange(seen["earshot.mouth_to_ear"], 0.001, 1);
            Assert.InRange(seen["earshot.target_delay"], 0, 1);
            // On a busy machine half a second of a call has its share made up.
            Assert.InRange(seen["earshot.mos"], 1, 4.5);
            // No report has come yet: nothing is said of what nobody knows.
            if (call.Caller.GetStatistics().RoundTripTime is null && call.Callee.GetStatistics().RoundTripTime is null)
                Assert.DoesNotContain("earshot.round_trip", seen.Keys);
        }

        // Counters stay when calls have gone; gauges fall silent.
        var after = Observe(engine.Meter);
        Assert.Equal(0, after["earshot.calls.active"]);
        Assert.True(after["earshot.packets.sent"] > 40);
        Assert.DoesNotContain("earshot.mos", after.Keys);
    }

    private static Dictionary<string, string?> Units(Meter meter)
    {
        var units = new Dictionary<string, string?>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (ReferenceEquals(instrument.Meter, meter))
                    units[instrument.Name] = instrument.Unit;
            },
        };
        listener.Start();
        return units;
    }

    private static Dictionary<string, double> Observe(Meter meter)
    {
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                // Other tests' engines have meters of the same name.
                if (ReferenceEquals(instrument.Meter, meter))
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }
}
