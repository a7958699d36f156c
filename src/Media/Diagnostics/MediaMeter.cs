// SPDX-License-Identifier: MIT
using System.Diagnostics.Metrics;

namespace Earshot.Media.Diagnostics;

/// <summary>The instruments of the meter <see cref="Name"/> (System.Diagnostics.Metrics), for dotnet-counters and OpenTelemetry.</summary>
/// <remarks>
/// All are observable: media threads count as they always do, and the listener's thread reads. Counters go over all calls of an engine, ended
/// ones included; gauges show the worst of the present calls, so that one bad call is not lost in a mean.
/// Thread: any ordinary one.
/// </remarks>
internal sealed class MediaMeter : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Earshot.Media";

    private readonly Meter _meter = new(Name);
    private readonly Func<Func<MediaStatistics, double>, IReadOnlyList<double>> _read;

    /// <summary>Makes the instruments.</summary>
    /// <param name="read">Reads one figure of each present call.</param>
    /// <param name="ended">The sums of the calls that have ended.</param>
    public MediaMeter(Func<Func<MediaStatistics, double>, IReadOnlyList<double>> read, MediaTotals ended)
    {
        _read = read;
        _meter.CreateObservableUpDownCounter("earshot.calls.active", () => _read(_ => 0).Count, "{call}", "Calls with media");
        Count("packets.sent", "{packet}", "RTP packets sent", s => s.PacketsSent, () => ended.PacketsSent);
        Count("packets.received", "{packet}", "RTP packets received and authenticated", s => s.PacketsReceived, () => ended.PacketsReceived);
        Count("packets.lost", "{packet}", "RTP packets that never came", s => Math.Max(0, s.PacketsLost), () => ended.PacketsLost);
        Count("packets.discarded", "{packet}", "RTP packets that came too late", s => s.PacketsDiscarded, () => ended.PacketsDiscarded);
        Count("packets.fec", "{packet}", "Packets with error correction, and redundant copies, received", s => s.FecPacketsReceived, () => ended.FecPackets);
        Count("packets.fec_discarded", "{packet}", "Of these: not needed", s => s.FecPacketsDiscarded, () => ended.FecPacketsDiscarded);
        Count("samples.played", "{sample}", "Samples played at 48 kHz, made-up ones included", s => s.TotalSamplesReceived, () => ended.Samples);
        Count("samples.concealed", "{sample}", "Of these: made up for what was missing", s => s.ConcealedSamples, () => ended.ConcealedSamples);
        Worst("jitter", "s", "Interarrival jitter (RFC 3550)", s => s.Jitter, highest: true);
        Worst("round_trip", "s", "Round trip by RTCP", s => s.RoundTripTime ?? double.NaN, highest: true);
        Worst("target_delay", "s", "Target delay of the jitter buffer", s => s.TargetDelayMs / 1000, highest: true);
        Worst("mouth_to_ear", "s", "Estimated delay from mouth to ear", s => s.MouthToEarMs / 1000 ?? double.NaN, highest: true);
        Worst("mos", "{score}", "Mean opinion score by the E-model", s => s.Mos ?? double.NaN, highest: false);
    }

    /// <summary>What the instruments belong to.</summary>
    public Meter Meter => _meter;

    /// <summary>Takes the instruments away.</summary>
    public void Dispose() => _meter.Dispose();

    private void Count(string name, string unit, string what, Func<MediaStatistics, long> figure, Func<long> ended)
    {
        var rising = new Rising();
        _meter.CreateObservableCounter("earshot." + name, () => rising.Take(ended() + (long)_read(s => figure(s)).Sum()), unit, what);
    }

    private void Worst(string name, string unit, string what, Func<MediaStatistics, double> figure, bool highest) =>
        _meter.CreateObservableGauge("earshot." + name, () => Extreme(figure, highest), unit, what + ", the worst of the present calls");

    // Nothing is said while no call knows.
    private IEnumerable<Measurement<double>> Extreme(Func<MediaStatistics, double> figure, bool highest)
    {
        var known = _read(figure).Where(value => !double.IsNaN(value)).ToArray();
        return known.Length == 0 ? [] : [new(highest ? known.Max() : known.Min())];
    }

    // A late packet takes its loss back, a pause what was made up until it showed: whoever takes differences reads a counter that falls as a restart, and adds it all again.
    private sealed class Rising
    {
        private long _highest;

        public long Take(long now)
        {
            var before = Volatile.Read(ref _highest);
            while (now > before)
            {
                var found = Interlocked.CompareExchange(ref _highest, now, before);
                if (found == before) return now;
                before = found;
            }

            return before;
        }
    }
}

/// <summary>Sums over calls that have ended: counters never fall.</summary>
/// <remarks>Thread: any; the adder holds the engine's lock.</remarks>
internal sealed class MediaTotals
{
    /// <summary>RTP packets sent.</summary>
    public long PacketsSent { get; private set; }

    /// <summary>RTP packets received.</summary>
    public long PacketsReceived { get; private set; }

    /// <summary>Packets that never came.</summary>
    public long PacketsLost { get; private set; }

    /// <summary>Packets that came too late.</summary>
    public long PacketsDiscarded { get; private set; }

    /// <summary>Packets with error correction, and redundant copies.</summary>
    public long FecPackets { get; private set; }

    /// <summary>Of these: not needed.</summary>
    public long FecPacketsDiscarded { get; private set; }

    /// <summary>Samples played.</summary>
    public long Samples { get; private set; }

    /// <summary>Samples made up.</summary>
    public long ConcealedSamples { get; private set; }

    /// <summary>A call has ended.</summary>
    public void Add(MediaStatistics last)
    {
        PacketsSent += last.PacketsSent;
        PacketsReceived += last.PacketsReceived;
        PacketsLost += Math.Max(0, last.PacketsLost);
        PacketsDiscarded += last.PacketsDiscarded;
        FecPackets += last.FecPacketsReceived;
        FecPacketsDiscarded += last.FecPacketsDiscarded;
        Samples += last.TotalSamplesReceived;
        ConcealedSamples += last.ConcealedSamples;
    }
}
