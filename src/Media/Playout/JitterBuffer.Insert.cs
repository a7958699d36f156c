// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;
using Earshot.Protocol;
using static Earshot.Media.Playout.PlayoutStatistics;

namespace Earshot.Media.Playout;

/// <content>Packets in: placed on the stream's line, learnt from, kept or counted as what they are.</content>
internal sealed partial class JitterBuffer
{
    /// <summary>Takes a packet in. Insert every packet that has come before pulling.</summary>
    /// <param name="packet">The packet; its payload is copied.</param>
    /// <param name="arrival">When the datagram came.</param>
    public InsertOutcome Insert(in PlayoutPacket packet, Instant arrival)
    {
        _statistics.Add(packet.IsRedundant ? Counter.RedundantReceived : Counter.PacketsReceived);
        if (packet.IsKey)
            return CountKey(packet);
        IAudioDecoder? decoder = Volatile.Read(ref _decoders[packet.PayloadType & 127]);
        int duration = decoder is null || packet.Payload.Length is 0 or > PacketBuffer.MaximumPayload
            ? -1 : decoder.PayloadSamples(packet.Payload);
        bool playable = duration is > 0 and <= StreamDecoder.MaximumPacket;
        if (packet.IsRedundant)
            return playable ? PlaceCopy(packet, decoder!.RtpClockRate, duration, arrival) : InsertOutcome.Unplayable;
        _clock.Arrived(arrival.TotalMilliseconds);
        _statistics.Add(Counter.FecReceived, playable && decoder!.CarriesFec(packet.Payload) ? 1 : 0);
        return playable ? Place(packet, decoder!, duration, arrival) : Unplayable(packet);
    }

    private InsertOutcome Unplayable(in PlayoutPacket packet)
    {
        _statistics.Add(Counter.PacketsDiscarded);
        if (_timeline.Ahead(packet) > 0)
            _statistics.Add(Counter.PacketsLost, -1);
        return InsertOutcome.Unplayable;
    }

    private InsertOutcome CountKey(in PlayoutPacket packet)
    {
        if (!_timeline.TryCount(packet, out long sequence, out long missed))
        {
            _statistics.Add(Counter.PacketsDiscarded);
            return InsertOutcome.Unplayable;
        }

        if (_packets.Knows(sequence))
            return Duplicate();
        _statistics.Add(Counter.PacketsLost, missed);
        _repair.Missed(missed);
        _packets.Remember(sequence, key: true);
        return InsertOutcome.Kept;
    }

    private InsertOutcome Place(in PlayoutPacket packet, IAudioDecoder decoder, int duration, Instant arrival)
    {
        long before = _timeline.Highest, missed = 0;
        bool started = _timeline.Started;
        StreamTimeline.Placement placement = _timeline.Place(packet, decoder.RtpClockRate, duration, arrival, out long sequence, out long position);
        if (placement == StreamTimeline.Placement.TooOld)
            return Late();
        if (placement == StreamTimeline.Placement.Restarted && started)
            _statistics.Add(Counter.Restarts);
        if (placement == StreamTimeline.Placement.Restarted)
            Restart(position);
        else if (_packets.Knows(sequence))
            return Duplicate();
        else
            missed = sequence > before ? sequence - before - 1 : -1;
        Learn(packet, decoder, missed, arrival, position);
        _targetMs = _repair.TargetMs(_jitter.Ms, _arrivals, duration / 48.0);
        _room.Target(_targetMs);
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

    private void Learn(in PlayoutPacket packet, IAudioDecoder decoder, long missed, Instant arrival, long position)
    {
        _statistics.Add(Counter.PacketsLost, missed);
        _drift.Arrived(arrival.TotalMilliseconds, position);
        _arrivals.Add(_drift.StreamMs(arrival.TotalMilliseconds), position);
        _jitter.Arrived(arrival.TotalMilliseconds);
        _repair.Missed(missed);
        _repair.Carries(_copies || !decoder.HasConcealment || decoder.CarriesFec(packet.Payload));
        _copies = false;
    }

    /// <summary>A copy fills a hole and does nothing else: what is said of the network is said by the packets themselves.</summary>
    private InsertOutcome PlaceCopy(in PlayoutPacket packet, int clock, int duration, Instant arrival)
    {
        if (!_timeline.TryLocate(packet, clock, out long sequence, out long position))
            return InsertOutcome.Unplayable;
        _copies = true;
        if (_packets.Holds(sequence))
            return InsertOutcome.Duplicate;
        _repair.Copied(LateMs(arrival, position) / (duration / 48.0));
        int givenUp = _stream.CanUse(position + duration) ? Keep(packet, sequence, position, duration, arrival) : -1;
        if (givenUp < 0)
            return InsertOutcome.Late;
        _statistics.Add(Counter.PacketsDiscarded, givenUp);
        return InsertOutcome.Kept;
    }

    /// <summary>How much later than the fastest packets, and than jitter explains.</summary>
    private double LateMs(Instant arrival, long position) =>
        _drift.StreamMs(arrival.TotalMilliseconds) - (position / 48.0) - _arrivals.LeastMs - _jitter.Ms;

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

    private InsertOutcome Late()
    {
        _jitter.Late();
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
        _jitter.Reset();
        _drift.Restart();
        _pauses.Forget();
        _decision.Forget();
        _stream.Restart(position);
    }
}
