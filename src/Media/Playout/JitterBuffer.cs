// SPDX-License-Identifier: MIT
using Earshot.Audio.Dsp;
using Earshot.Media.Codecs;
using Earshot.Protocol;
using static Earshot.Media.Playout.PlayoutStatistics;

namespace Earshot.Media.Playout;

/// <summary>Packets in as they arrive, 48 kHz mono blocks out as they play.</summary>
/// <remarks>
/// <code>
///   Insert ─► StreamTimeline ─► PacketBuffer ─────────► StreamDecoder ─► SampleQueue ─► Pull
///                  ├─► ArrivalHistory ─► TargetDelay ─► PlayoutDecision ─► TimeStretch ──┤
///                  └─► ClockDrift ───────────────────────► PhaseRoom ──► DriftResampler ─┘
/// </code>
/// Thread: playback, but for <see cref="SetDecoder"/> and <see cref="Statistics"/>, which any thread may call.
/// Real-time: no allocation, lock or system call after construction; it is told the time and never asks.
/// </remarks>
internal sealed partial class JitterBuffer
{
    /// <summary>Longest block of one pull: 20 ms.</summary>
    public const int MaximumBlock = 960;

    /// <summary>Standing sound beyond the target that is dropped at once; below, it is played faster until it is gone, within 5 s.</summary>
    private const double DropBeyondMs = 2000;

    /// <summary>After so long without a packet the old arrivals say nothing about the new.</summary>
    private const double ForgetBeyondMs = 500;

    private readonly IAudioDecoder?[] _decoders = new IAudioDecoder?[128];
    private readonly PlayoutStatistics _statistics = new();
    private readonly StreamTimeline _timeline = new();
    private readonly PacketBuffer _packets = new();
    private readonly ArrivalHistory _arrivals = new();
    private readonly TargetDelay _jitter;
    private readonly PullClock _clock = new();
    private readonly PlayoutDecision _decision = new();
    private readonly RepairWait _repair = new();
    private readonly ClockDrift _drift = new();
    private readonly PhaseRoom _room;
    private readonly DriftResampler _resampler = new();
    private readonly StreamDecoder _stream;
    private readonly Pauses _pauses = new();
    private double _targetMs;
    private bool _copies;
    private bool _begun;

    /// <summary>Allocates everything that a call needs.</summary>
    public JitterBuffer()
    {
        _jitter = new TargetDelay(_arrivals);
        _room = new PhaseRoom(_drift);
        _stream = new StreamDecoder(_packets, _decoders, _statistics);
        _decoders[ComfortNoise.PayloadType] = new ComfortNoise();
    }

    /// <summary>How long before <c>playsAt</c> a block is pulled. Zero, the default, suits files and clocked ends; a wrong value is corrected by what arrivals prove.</summary>
    public TimeSpan OutputLatency { get; set; }

    /// <summary>Packets, and copies of some, that have not been played yet. Thread: playback.</summary>
    public int Waiting => _packets.Count;

    /// <summary>The counters as of the last pull.</summary>
    public PlayoutSnapshot Statistics => _statistics.Read();

    /// <summary>Registers the decoder of a payload type, or takes it away. The decoder stays the caller's to dispose of, after the last pull.</summary>
    /// <param name="payloadType">0 to 127.</param>
    /// <param name="decoder">A decoder of 48 kHz; null to refuse that type from now on.</param>
    /// <exception cref="ArgumentException">The decoder gives another rate.</exception>
    public void SetDecoder(byte payloadType, IAudioDecoder? decoder)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadType, (byte)127);
        if (decoder is { SampleRate: not 48000 })
            throw new ArgumentException("Playout runs at 48 kHz: wrap the decoder.", nameof(decoder));
        Volatile.Write(ref _decoders[payloadType], decoder);
    }

    /// <summary>Fills a block: always whole, with silence when there is nothing else.</summary>
    /// <param name="playsAt">When the block's first sample is heard.</param>
    /// <param name="block">2.5 to 20 ms at 48 kHz mono.</param>
    /// <param name="info">What it is.</param>
    public void Pull(Instant playsAt, Span<short> block, out PulledInfo info)
    {
        double now = _clock.PulledAt(playsAt.TotalMilliseconds, OutputLatency.TotalMilliseconds);
        _drift.Pulled(playsAt.TotalMilliseconds, block.Length);
        info = new PulledInfo(PlayedKind.Silence, 0, Instant.Never, false);
        int lead = 0;
        if (_begun || TryBegin(now, block.Length, out lead))
        {
            block[..lead].Clear();
            Play(now + (lead / 48.0), block[lead..], out info);
            info = info with { RtpTime = _timeline.Before(info.RtpTime, lead) };
        }
        else
        {
            block.Clear();
        }
        _statistics.Publish();
    }

    /// <summary>Sound begins with a whole block, for there is no past yet to make up the rest from, and somewhere inside of one.</summary>
    private bool TryBegin(double now, int block, out int lead)
    {
        lead = 0;
        if (!_timeline.Started || _timeline.NewestEnd - _stream.End < block)
            return false;
        lead = _room.LeadIn(now - _arrivals.LeastMs - (_stream.End / 48.0), block);
        return _begun = lead < block;
    }

    private void Play(double now, Span<short> block, out PulledInfo info)
    {
        if (_room.Arrives())
            _decision.Forget();
        double ratio = _room.Ratio(block.Length);
        Prepare(_drift.StreamMs(now), _resampler.Needed(block.Length, ratio), block.Length);
        Emit(now, block, ratio, out info);
        _pauses.Played(block);
    }

    /// <param name="now">By the sender's clock.</param>
    /// <param name="needed">Samples of the stream for the block.</param>
    /// <param name="block">Its samples.</param>
    private void Prepare(double now, int needed, int block)
    {
        long back = _stream.Resume();
        if (back > 0)
        {
            _decision.Hold(back / 48.0, block / 48.0);
            _room.Stop();
        }
        if (back > ForgetBeyondMs * 48)
            _arrivals.Reset();
        DropExcess();
        if (_stream.Queue.Count < needed && !_stream.Starving)
            Measure(now, needed);
        _stream.Fill(needed);
        if (!_stream.Starving)
            Stretch(needed, block / 48.0);
        _drift.IsHeld = _room.IsMade;
    }

    /// <summary>Received sound that waits beyond the target.</summary>
    private double ExcessMs => ((_timeline.NewestEnd - _stream.End) / 48.0) - _targetMs;

    private void DropExcess()
    {
        if (ExcessMs < DropBeyondMs || _packets.Count == 0)
            return;
        _stream.SkipTo(_timeline.NewestEnd - (long)(_targetMs * 48) - _stream.PacketLength);
        _decision.Forget();
    }

    /// <summary>How early the packet that this pull needs first would have come, and where in the block it begins.</summary>
    private void Measure(double now, int block)
    {
        if (double.IsNaN(_arrivals.LeastMs))
            return;
        int have = _stream.Queue.Count;
        int later = (block - have - 1) / _stream.PacketLength * _stream.PacketLength;
        double slack = now - _arrivals.LeastMs - ((_stream.End + later) / 48.0);
        _decision.Needed(slack, (have + later) / 48.0, have / 48.0, _targetMs);
    }

    private void Stretch(int needed, double blockMs)
    {
        double wanted = ExcessMs;
        if (wanted <= PlayoutDecision.FastBeyondMs)
            wanted = _decision.Stretch(_targetMs, blockMs, _room.IsForAny);
        if (wanted == 0 || _room.Takes(wanted, _targetMs, blockMs, _repair.IsNear, _pauses.Is(_stream.Queue.Waiting) ? _pauses.LastedMs : 0))
            return;
        int samples = (int)Math.Round(Math.Abs(wanted * 48));
        int changed = wanted > 0 ? Accelerate(samples, needed) : TimeStretch.Decelerate(_stream.Queue, samples, _pauses, _decision.Gate(-wanted));
        if (changed == 0)
        {
            if (samples >= PitchSearch.MinimumLag)
                _decision.Refused();
            return;
        }

        if (wanted < 0)
            _decision.Learn(-wanted, blockMs);
        _statistics.Add(wanted > 0 ? Counter.Removed : Counter.Inserted, changed);
        _decision.Forget();
        _room.Stop();
    }

    private int Accelerate(int samples, int needed)
    {
        samples = Math.Min(samples, PitchSearch.MaximumLag);
        _stream.FillFromPackets(needed + samples);
        return TimeStretch.Accelerate(_stream.Queue, Math.Min(samples, _stream.Queue.Count - needed), _pauses, _decision.Gate(samples / 48.0));
    }

    private void Emit(double now, Span<short> block, double ratio, out PulledInfo info)
    {
        SampleQueue queue = _stream.Queue;
        uint rtpTime = _timeline.RtpTimeOf(_stream.Front);
        int taken = _resampler.Convert(queue.From(DriftResampler.Before), block, ratio);
        var kind = PlayedKind.Silence;
        Instant arrival = Instant.Never;
        for (int left = taken; left > 0;)
        {
            SampleQueue.Run run = queue.TakeRun(left);
            left -= run.Length;
            kind = run.Kind > kind ? run.Kind : kind;
            if (run.Arrival == Instant.Never)
                continue;
            arrival = Instant.Min(arrival, run.Arrival);
            Account(now, run);
        }
        _statistics.Add(Counter.TotalSamples, taken);
        _statistics.Set(Counter.CurrentTargetMicroseconds, (long)(_targetMs * 1000));
        _statistics.Set(Counter.ClockDriftPartsPerBillion, (long)((_drift.Ratio - 1) * 1e9));
        info = new PulledInfo(kind, rtpTime, arrival, true);
    }

    private void Account(double now, in SampleQueue.Run run)
    {
        double waited = Math.Max(0, now - run.Arrival.TotalMilliseconds);
        _statistics.Add(Counter.Emitted, run.Length);
        _statistics.Add(Counter.DelayMicroseconds, (long)(waited * 1000) * run.Length);
        _statistics.Add(Counter.TargetMicroseconds, (long)(_targetMs * 1000) * run.Length);
    }
}
