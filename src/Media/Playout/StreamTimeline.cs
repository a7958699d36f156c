// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Playout;

/// <summary>Where a packet stands on the stream's unwrapped line of sequence numbers and 48 kHz positions (RFC 3550 App. A.1).</summary>
/// <remarks>
/// The stream begins anew when the SSRC changes, the sequence jumps by more than 3000, or RTP time and arrival time part by more than
/// five seconds. Old sequence numbers are late packets, unless two of them follow each other: then the sender has restarted. When their
/// time stamps are old as well, a path that stood still may be giving them all at once: only what goes on for a tenth of a second is a sender's.
/// Thread: playback.
/// </remarks>
internal sealed class StreamTimeline
{
    private const int MaximumDropout = 3000;
    private const int MaximumMisorder = 200;
    private const double MaximumPartingMs = 5000;
    private const double FlushMs = 100;
    private const double OldestMs = 60_000;

    private uint _ssrc;
    private uint _timestamp;
    private long _position;
    private int _duration;
    private int _clock;
    private double _arrivalMs;
    private int _suspect = -1;
    private double _suspectedMs;

    /// <summary>How a packet fits.</summary>
    public enum Placement
    {
        InStream,
        Restarted,
        TooOld,
    }

    /// <summary>A packet has come.</summary>
    public bool Started { get; private set; }

    /// <summary>Highest sequence number, unwrapped.</summary>
    public long Highest { get; private set; }

    /// <summary>End of the newest packet.</summary>
    public long NewestEnd => _position + _duration;

    /// <summary>RTP time of a position.</summary>
    public uint RtpTimeOf(long position) => unchecked(_timestamp + (uint)((position - _position) * _clock / 48000));

    /// <summary>RTP time so many samples earlier.</summary>
    public uint Before(uint rtpTime, int samples) => unchecked(rtpTime - (uint)((long)samples * _clock / 48000));

    /// <summary>How many sequence numbers after the highest; of another stream: 0.</summary>
    public int Ahead(in PlayoutPacket packet) => Started && packet.Ssrc == _ssrc ? (short)(packet.Sequence - (ushort)Highest) : 0;

    /// <summary>Places a packet and moves the line on.</summary>
    public Placement Place(in PlayoutPacket packet, int clock, int duration, Instant arrival, out long sequence, out long position)
    {
        int ahead = Ahead(packet);
        sequence = Highest + ahead;
        position = _position + ((int)(packet.Timestamp - _timestamp) * 48000L / clock);
        if (!Started || packet.Ssrc != _ssrc || Math.Abs(ahead) > MaximumDropout)
            return Restart(packet, clock, duration, arrival, out sequence, out position);
        if (ahead < -MaximumMisorder)
            return Suspect(packet, clock, duration, arrival, ref sequence, ref position);
        bool old = ahead <= 0;
        if (clock != _clock)
        {
            if (old)
                return Placement.TooOld;
            position = _position + ((long)_duration * ahead);
        }
        else if (Math.Abs(((position - _position) / 48.0) - (arrival.TotalMilliseconds - _arrivalMs)) > MaximumPartingMs)
        {
            return old
                ? Suspect(packet, clock, duration, arrival, ref sequence, ref position)
                : Restart(packet, clock, duration, arrival, out sequence, out position);
        }
        if (!old)
            Advance(packet, clock, duration, arrival, sequence, position);
        return Placement.InStream;
    }

    /// <summary>Counts the number of a packet without sound, whose time stamp is no place on the line (RFC 4733 §2.2.1).</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="sequence">Its number, unwrapped.</param>
    /// <param name="missed">Numbers that it shows to be missing; −1 when it comes behind others itself.</param>
    /// <returns>False when it belongs to no stream that has begun, or is too far away.</returns>
    public bool TryCount(in PlayoutPacket packet, out long sequence, out long missed)
    {
        int ahead = Ahead(packet);
        sequence = Highest + ahead;
        missed = ahead > 0 ? ahead - 1 : -1;
        if (!Started || packet.Ssrc != _ssrc || Math.Abs(ahead) > MaximumMisorder)
            return false;
        Highest = Math.Max(Highest, sequence);
        return true;
    }

    /// <summary>Where a copy of a packet belongs; the line does not move.</summary>
    public bool TryLocate(in PlayoutPacket copy, int clock, out long sequence, out long position)
    {
        int ahead = Ahead(copy);
        sequence = Highest + ahead;
        position = _position + ((int)(copy.Timestamp - _timestamp) * 48000L / clock);
        return Started && copy.Ssrc == _ssrc && clock == _clock && Math.Abs(ahead) <= MaximumMisorder
            && Math.Abs(position - _position) <= MaximumPartingMs * 48;
    }

    private Placement Suspect(in PlayoutPacket packet, int clock, int duration, Instant arrival, ref long sequence, ref long position)
    {
        bool follows = packet.Sequence == _suspect;
        double now = arrival.TotalMilliseconds;
        _suspectedMs = follows ? _suspectedMs : now;
        bool late = position < _position && position > _position - (OldestMs * 48) && now < _suspectedMs + FlushMs;
        if (follows && !late)
            return Restart(packet, clock, duration, arrival, out sequence, out position);
        _suspect = (ushort)(packet.Sequence + 1);
        return Placement.TooOld;
    }

    private Placement Restart(in PlayoutPacket packet, int clock, int duration, Instant arrival, out long sequence, out long position)
    {
        _ssrc = packet.Ssrc;
        Started = true;
        sequence = 0x10000 + packet.Sequence;
        position = packet.Timestamp * 48000L / clock;
        Advance(packet, clock, duration, arrival, sequence, position);
        return Placement.Restarted;
    }

    private void Advance(in PlayoutPacket packet, int clock, int duration, Instant arrival, long sequence, long position)
    {
        Highest = sequence;
        _timestamp = packet.Timestamp;
        _position = position;
        _duration = duration;
        _clock = clock;
        _arrivalMs = arrival.TotalMilliseconds;
        _suspect = -1;
    }
}
