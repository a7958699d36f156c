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
///                  └─► ClockDrift ─────────────────────────────────────► DriftResampler ─┘
/// </code>
/// Thread: playback, but for <see cref="SetDecoder"/> and <see cref="Statistics"/>, which any thread may call.
/// Real-time: no allocation, lock or system call after construction; it is told the time and never asks.
/// </remarks>
internal sealed class JitterBuffer
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
    private readonly PullClock _clock = new();
    private readonly PlayoutDecision _decision = new();
    private readonly RepairWait _repair = new();
    private readonly ClockDrift _drift = new();
    private readonly DriftResampler _resampler = new();
    private readonly StreamDecoder _stream;
    private double _targetMs;
    private bool _begun;

    /// <summary>Allocates everything that a call needs.</summary>
    public JitterBuffer()
    {
        _stream = new StreamDecoder(_packets, _decoders, _statistics);
        _decoders[ComfortNoise.PayloadType] = new ComfortNoise();
    }

    /// <summary>How long before <c>playsAt</c> a block is pulled. Zero, the default, suits files and clocked ends; a wrong value is corrected by what arrivals prove.</summary>
    public TimeSpan OutputLatency { get; set; }

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

    /// <summary>Takes a packet in. Insert every packet that has come before pulling.</summary>
    /// <param name="packet">The packet; its payload is copied.</param>
    /// <param name="arrival">When the datagram came.</param>
    public InsertOutcome Insert(in PlayoutPacket packet, Instant arrival)
    {
        _statistics.Add(packet.IsRedundant ? Counter.RedundantReceived : Counter.PacketsReceived);
        IAudioDecoder? decoder = Volatile.Read(ref _decoders[packet.PayloadType & 127]);
        int duration = decoder is null || packet.Payload.Length is 0 or > PacketBuffer.MaximumPayload
            ? -1 : decoder.PayloadSamples(packet.Payload);
        bool playable = duration is > 0 and <= StreamDecoder.MaximumPacket;
        if (packet.IsRedundant)
            return playable ? PlaceCopy(packet, decoder!.RtpClockRate, duration, arrival) : InsertOutcome.Unplayable;
        _clock.Arrived(arrival.TotalMilliseconds);
        _statistics.Add(Counter.FecReceived, playable && decoder!.CarriesFec(packet.Payload) ? 1 : 0);
        return playable ? Place(packet, decoder!.RtpClockRate, duration, arrival) : Unplayable(packet);
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
        if (!HasBegun(block.Length))
        {
            block.Clear();
        }
        else
        {
            int needed = _resampler.Needed(block.Length, _drift.Ratio);
            Prepare(_drift.StreamMs(now), needed);
            Emit(now, block, out info);
        }
        _statistics.Publish();
    }

    /// <summary>Sound begins with a whole block: there is no past yet to make up the rest from.</summary>
    private bool HasBegun(int block)
    {
        _begun = _begun || (_timeline.Started && _timeline.NewestEnd - _stream.End >= block);
        return _begun;
    }

    private InsertOutcome Unplayable(in PlayoutPacket packet)
    {
        _statistics.Add(Counter.PacketsDiscarded);
        if (_timeline.Ahead(packet) > 0)
            _statistics.Add(Counter.PacketsLost, -1);
        return InsertOutcome.Unplayable;
    }

    private InsertOutcome Place(in PlayoutPacket packet, int clock, int duration, Instant arrival)
    {
        long before = _timeline.Highest;
        bool started = _timeline.Started;
        StreamTimeline.Placement placement = _timeline.Place(packet, clock, duration, arrival, out long sequence, out long position);
        if (placement == StreamTimeline.Placement.TooOld)
            return Late();
        if (placement == StreamTimeline.Placement.Restarted && started)
            _statistics.Add(Counter.Restarts);
        if (placement == StreamTimeline.Placement.Restarted)
            Restart(position);
        else if (_packets.Knows(sequence))
            return Duplicate();
        else
            Missed(sequence > before ? sequence - before - 1 : -1);
        _drift.Arrived(arrival.TotalMilliseconds, position);
        _arrivals.Add(_drift.StreamMs(arrival.TotalMilliseconds), position);
        _targetMs = TargetDelay.From(_arrivals) + _repair.WaitMs(duration / 48.0);
        if (!_stream.CanUse(position + duration))
        {
            _packets.Remember(sequence);
            return Late();
        }
        int givenUp = Keep(packet, sequence, position, duration, arrival);
        if (givenUp < 0)
            return Late();
        _statistics.Add(Counter.PacketsDiscarded, givenUp);
        return InsertOutcome.Kept;
    }

    /// <summary>A copy fills a hole and does nothing else: what is said of the network is said by the packets themselves.</summary>
    private InsertOutcome PlaceCopy(in PlayoutPacket packet, int clock, int duration, Instant arrival)
    {
        if (!_timeline.TryLocate(packet, clock, out long sequence, out long position))
            return InsertOutcome.Unplayable;
        if (_packets.Holds(sequence))
            return InsertOutcome.Duplicate;
        _repair.Copied(LateMs(arrival, position) / (duration / 48.0));
        if (!_stream.CanUse(position + duration) || Keep(packet, sequence, position, duration, arrival) < 0)
            return InsertOutcome.Late;
        return InsertOutcome.Kept;
    }

    /// <summary>How much later than the fastest packets, and than jitter explains.</summary>
    private double LateMs(Instant arrival, long position) =>
        _drift.StreamMs(arrival.TotalMilliseconds) - (position / 48.0) - _arrivals.LeastMs - TargetDelay.From(_arrivals);

    private int Keep(in PlayoutPacket packet, long sequence, long position, int duration, Instant arrival)
    {
        var slot = new PacketBuffer.Slot
        {
            Sequence = sequence,
            Position = position,
            Duration = duration,
            Length = packet.Payload.Length,
            Arrival = arrival,
            PayloadType = packet.PayloadType,
            Redundant = packet.IsRedundant,
        };
        return _packets.Add(slot, packet.Payload);
    }

    private void Missed(long packets)
    {
        _statistics.Add(Counter.PacketsLost, packets);
        _repair.Missed(packets);
    }

    private InsertOutcome Late()
    {
        _statistics.Add(Counter.PacketsDiscarded);
        return InsertOutcome.Late;
    }

    private InsertOutcome Duplicate()
    {
        _statistics.Add(Counter.PacketsDuplicated);
        return InsertOutcome.Duplicate;
    }

    private void Restart(long position)
    {
        _statistics.Add(Counter.PacketsDiscarded, _packets.Clear());
        _arrivals.Reset();
        _drift.Restart();
        _decision.Forget();
        _stream.Restart(position);
    }

    private void Prepare(double now, int block)
    {
        long back = _stream.Resume();
        if (back > 0)
            _decision.Hold();
        if (back > ForgetBeyondMs * 48)
            _arrivals.Reset();
        DropExcess();
        if (_stream.Queue.Count < block && !_stream.Starving)
            Measure(now, block);
        _stream.Fill(block);
        if (!_stream.Starving)
            Stretch(block);
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
        _decision.Needed(slack, (have + later) / 48.0);
    }

    private void Stretch(int block)
    {
        double wanted = ExcessMs;
        if (wanted <= PlayoutDecision.FastBeyondMs)
            wanted = _decision.Stretch(_targetMs, block / 48.0, _drift.Wanders);
        if (wanted == 0)
            return;
        int samples = (int)Math.Abs(wanted * 48);
        int changed = wanted > 0 ? Accelerate(samples, block) : TimeStretch.Decelerate(_stream.Queue, samples, _decision.Gate(-wanted));
        if (changed == 0)
        {
            if (samples >= PitchSearch.MinimumLag)
                _decision.Refused();
            return;
        }

        if (wanted < 0)
            _decision.Learn();
        _statistics.Add(wanted > 0 ? Counter.Removed : Counter.Inserted, changed);
        _decision.Forget();
    }

    private int Accelerate(int samples, int block)
    {
        samples = Math.Min(samples, PitchSearch.MaximumLag);
        _stream.FillFromPackets(block + samples);
        return TimeStretch.Accelerate(_stream.Queue, Math.Min(samples, _stream.Queue.Count - block), _decision.Gate(samples / 48.0));
    }

    private void Emit(double now, Span<short> block, out PulledInfo info)
    {
        SampleQueue queue = _stream.Queue;
        uint rtpTime = _timeline.RtpTimeOf(_stream.Front);
        int taken = _resampler.Convert(queue.From(DriftResampler.Before), block, _drift.Ratio);
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
