// SPDX-License-Identifier: MIT
using Earshot.Media.Diagnostics;
using Earshot.Media.Playout;
using Earshot.Media.Receive;
using Earshot.Media.Send;
using Earshot.Protocol;
using Earshot.Protocol.Rtcp;
using Earshot.Protocol.Rtp;

namespace Earshot.Media;

/// <summary>Writes what the peer's extended reports are made of, and reads the peer's own (RFC 3611 §4.7).</summary>
/// <remarks>Thread: worker; the remote figures may be read from any, each a moment old. Real-time: no allocation.</remarks>
internal sealed class VoipReport(SendPipeline send, PlaybackPipeline? playback)
{
    private const double Overload = 3.14; // dBm0 of a full-scale sine (G.711)
    private const double Quietest = 0.003;
    private const byte EnhancedConcealmentAdaptiveBuffer = 0b1011_0000;
    private const ushort LongestBuffer = 2000;

    // Of bursts that go on, one report in five or so tells none: the density hangs by single packets.
    private const int Forgotten = 5;

    private readonly BurstGaps _bursts = new();
    private readonly RecentReadings<(long Judged, long Lost, long Runs)> _readings = new();
    private uint _ssrc;
    private double _bufferMaximum;
    private long _overruns;
    private long _discardedBefore;
    private long _restoredBefore;
    private double _recentBurstRatio = 1;
    private double _remoteMos = -1;
    private double _remoteDiscard = -1;
    private double _remoteBurstDensity = -1;
    private double _remoteDelay = -1;
    private int _reportsWithout;

    /// <summary>Listening quality at the peer, 1 to 5; null while it does not say.</summary>
    public double? RemoteMos => Known(ref _remoteMos);

    /// <summary>Share of our packets that came too late there, 0 to 1.</summary>
    public double? RemoteDiscardRate => Known(ref _remoteDiscard);

    /// <summary>Loss within bursts there, 0 to 1.</summary>
    public double? RemoteBurstDensity => Known(ref _remoteBurstDensity);

    /// <summary>Delay within the peer, milliseconds.</summary>
    public double? RemoteEndSystemDelayMs => Known(ref _remoteDelay);

    /// <summary>Mean run of packets lost on the way to the peer; 0 while nothing speaks for bursts.</summary>
    /// <remarks>Of the density of bursts alone a run cannot be had: independent losses of up to 30 % give less than 0.31, runs of three at 10 % 0.49.</remarks>
    public double BurstLength { get; private set; }

    /// <summary>What is received, for the E-model.</summary>
    public EModelCodec Codec { get; set; } = EModelCodec.Of("opus");

    /// <summary>How much the peer's losses come together (G.107 §7.3).</summary>
    public double BurstRatio => _bursts.BurstRatio;

    /// <summary>The same of the last ten seconds; may be read from any thread.</summary>
    public double RecentBurstRatio => Volatile.Read(ref _recentBurstRatio);

    /// <summary>A packet of the peer's sound.</summary>
    public void HandlePacket(Instant now, uint ssrc, ushort sequence)
    {
        if (ssrc != _ssrc)
            BeginSource(ssrc);
        _bursts.HandlePacket(sequence);
        TakeDiscards();
        if (!_readings.IsDue(now))
            return;
        var before = _readings.Take(now, _bursts.Counts);
        Volatile.Write(ref _recentBurstRatio, BurstGaps.RatioOf(_bursts.Counts, before));
    }

    /// <summary>A packet of the peer's sound found no room on its way to playback: an overflow of the receiver (§4.7.1).</summary>
    public void HandleOverrun(uint ssrc, ushort sequence)
    {
        _overruns++;
        if (ssrc == _ssrc)
            _bursts.HandleDiscard(sequence);
    }

    /// <summary>What the peer says about us.</summary>
    /// <param name="metrics">Its metrics, whose loss is what error correction left of it.</param>
    /// <param name="lost">Loss before error correction, by its report blocks.</param>
    public void Handle(in VoipMetrics metrics, double lost)
    {
        double density = metrics.BurstDensity / 256.0;
        bool inBursts = density >= 0.35 && density >= 2 * Math.Max(lost, metrics.LossRate / 256.0);
        _reportsWithout = inBursts ? 0 : Math.Min(_reportsWithout + 1, Forgotten);
        if (inBursts)
            BurstLength = density < 0.6 ? 3 : 4;
        else if (_reportsWithout == Forgotten)
            BurstLength = 0;
        Volatile.Write(ref _remoteMos, metrics.ListeningQuality is >= 10 and <= 50 ? metrics.ListeningQuality / 10.0 : -1);
        Volatile.Write(ref _remoteDiscard, metrics.DiscardRate / 256.0);
        Volatile.Write(ref _remoteBurstDensity, density);
        Volatile.Write(ref _remoteDelay, metrics.EndSystemDelay);
    }

    /// <summary>What we say about the peer.</summary>
    /// <param name="source">The peer's.</param>
    /// <param name="roundTrip">Null while unknown.</param>
    /// <param name="packetMs">Sound in a packet of the peer's.</param>
    public VoipMetrics Make(RtpSource source, TimeSpan? roundTrip, double packetMs)
    {
        TakeDiscards();
        var playout = playback?.Statistics ?? default;
        double expected = Math.Max(1, source.Received + source.Lost);
        double target = playout.TargetDelay * 1000;
        _bufferMaximum = Math.Max(_bufferMaximum, target);
        double within = send.CaptureAgeMs + (send.Settings.FrameSamples / 48.0) + target + (playback?.OutputLatency.TotalMilliseconds ?? 0);
        double missing = playout.TotalSamplesReceived == 0 ? source.Lost / expected : playout.LossPlayed;
        double across = within + ((roundTrip?.TotalMilliseconds ?? 0) / 2);
        var inputs = new EModelInputs { LossPercent = missing * 100, BurstRatio = BurstRatio, Codec = Codec };
        var conversation = EModel.Rate(inputs with { DelayMs = across });
        return new()
        {
            Ssrc = source.Ssrc,
            LossRate = Share((source.Lost - (RestoredIn(in playout) - _restoredBefore)) / expected),
            DiscardRate = Share((DiscardedIn(in playout) - _discardedBefore) / expected),
            BurstDensity = Share(_bursts.BurstDensity),
            GapDensity = Share(_bursts.GapDensity),
            BurstDuration = Milliseconds(_bursts.BurstPackets * packetMs),
            GapDuration = Milliseconds(_bursts.GapPackets * packetMs),
            RoundTrip = Milliseconds(roundTrip?.TotalMilliseconds ?? 0),
            EndSystemDelay = Milliseconds(within),
            SignalLevel = LevelOf(playback?.Level.Level ?? 0),
            NoiseLevel = (sbyte)VoipMetrics.Unknown,
            EchoReturnLoss = VoipMetrics.Unknown,
            Gmin = BurstGaps.Gmin,
            RFactor = (byte)Math.Round(conversation.Rating),
            ExternalRFactor = VoipMetrics.Unknown,
            ListeningQuality = TenthsOf(EModel.Rate(inputs).Mos),
            ConversationalQuality = TenthsOf(conversation.Mos),
            Configuration = EnhancedConcealmentAdaptiveBuffer,
            BufferNominal = Milliseconds(target),
            BufferMaximum = Milliseconds(_bufferMaximum),
            BufferLimit = LongestBuffer,
        };
    }

    private void BeginSource(uint ssrc)
    {
        _ssrc = ssrc;
        _bursts.Reset();
        _readings.Reset();
        var playout = playback?.Statistics ?? default;
        (_discardedBefore, _restoredBefore) = (DiscardedIn(in playout), RestoredIn(in playout));
    }

    private void TakeDiscards()
    {
        while (playback is not null && playback.Discards.TryTake(out uint ssrc, out ushort sequence))
        {
            if (ssrc == _ssrc)
                _bursts.HandleDiscard(sequence);
        }
    }

    private long DiscardedIn(in PlayoutSnapshot playout) => playout.PacketsDiscarded + _overruns;

    private static long RestoredIn(in PlayoutSnapshot playout) => playout.FecPacketsUsed + playout.RedundantPacketsUsed;

    private static double? Known(ref double value) => Volatile.Read(ref value) is >= 0 and var known ? known : null;

    private static byte Share(double share) => (byte)Math.Clamp(share * 256, 0, 255);

    private static byte TenthsOf(double mos) => (byte)Math.Clamp(Math.Round(10 * mos), 10, 50);

    private static ushort Milliseconds(double ms) => (ushort)Math.Clamp(ms, 0, ushort.MaxValue);

    private static sbyte LevelOf(double linear) =>
        linear < Quietest ? (sbyte)VoipMetrics.Unknown : (sbyte)Math.Clamp((20 * Math.Log10(linear)) + Overload, -127, 3);
}
