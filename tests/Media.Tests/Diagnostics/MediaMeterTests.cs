// SPDX-License-Identifier: MIT
using System.Diagnostics.Metrics;
using Earshot.Media.Diagnostics;

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

        Dictionary<string, double> Observe()
        {
            var seen = new Dictionary<string, double>();
            using var listener = new MeterListener
            {
                InstrumentPublished = (instrument, listening) =>
                {
                    // Other tests' engines have meters of the same name.
                    if (ReferenceEquals(instrument.Meter, meter.Meter))
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
}
