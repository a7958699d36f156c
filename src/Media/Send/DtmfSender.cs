// SPDX-License-Identifier: MIT
namespace Earshot.Media.Send;

/// <summary>One telephone-event packet to send.</summary>
/// <param name="Event">Event code, 0 to 15.</param>
/// <param name="Timestamp">RTP time stamp: that of the event's start, or its segment's, in every packet of it.</param>
/// <param name="Duration">So long so far, in time stamp units.</param>
/// <param name="IsEnd">The key was released.</param>
/// <param name="IsStart">The first packet: carries the marker.</param>
internal readonly record struct DtmfPacket(byte Event, uint Timestamp, ushort Duration, bool IsEnd, bool IsStart);

/// <summary>Sends keys as telephone-events in the place of sound, a packet for each frame (RFC 4733 §2.5.1).</summary>
/// <remarks>
/// <code>
///   Idle ──key──► Sounding (duration grows) ──► Ending (the last packet three times) ──► Pause ──► Idle
/// </code>
/// The duration's field ends at 65535, 1.4 s at 48 kHz: a longer key goes on in another segment, whose time stamp is where the one
/// before ended, without marker (§2.5.1.3). Times are kept in samples at 48 kHz, for a frame of 2.5 ms is no whole number of milliseconds.
/// Thread: worker. Real-time. Pure.
/// </remarks>
internal sealed class DtmfSender
{
    private const int MaximumQueued = 32;
    private const int EndPackets = 3;
    private const int Pause = 40 * 48;

    private readonly (byte Event, int Samples)[] _queue = new (byte, int)[MaximumQueued];
    private int _first;
    private int _count;
    private int _elapsed;
    private int _endsSent;
    private int _pause;
    private bool _sounding;
    private uint _segment;
    private uint _segmentsBefore;

    /// <summary>The event code of a key (RFC 4733 §3.2); −1 for none.</summary>
    public static int CodeOf(char digit) => digit switch
    {
        >= '0' and <= '9' => digit - '0',
        '*' => 10,
        '#' => 11,
        >= 'A' and <= 'D' => digit - 'A' + 12,
        >= 'a' and <= 'd' => digit - 'a' + 12,
        _ => -1,
    };

    /// <summary>The key of an event code; NUL for none.</summary>
    public static char KeyOf(int code) => code is >= 0 and <= 15 ? "0123456789*#ABCD"[code] : '\0';

    /// <summary>Queues a key.</summary>
    /// <returns>False when too many wait.</returns>
    public bool Enqueue(byte code, int milliseconds)
    {
        if (_count == MaximumQueued)
            return false;
        _queue[(_first + _count) % MaximumQueued] = (code, milliseconds * 48);
        _count++;
        return true;
    }

    /// <summary>Forgets what waits.</summary>
    public void Clear()
    {
        _count = 0;
        _sounding = false;
    }

    /// <summary>Another source begins: the rest of a key that sounds is left out, for its time stamps belong to the source before.</summary>
    public void Abandon()
    {
        if (_sounding)
            Finish();
    }

    /// <summary>Asks with each frame: is an event to be sent in its place?</summary>
    /// <param name="timestamp">RTP time stamp of the frame.</param>
    /// <param name="frameSamples">Length of the frame, samples at 48 kHz.</param>
    /// <param name="clockRate">Hz of the time stamp.</param>
    /// <param name="packet">What to send.</param>
    public bool TryNext(uint timestamp, int frameSamples, int clockRate, out DtmfPacket packet)
    {
        packet = default;
        if (_pause > 0)
            _pause -= frameSamples;
        if (!_sounding && (_count == 0 || _pause > 0))
            return false;

        bool isStart = !_sounding;
        if (isStart)
            Begin(timestamp);
        var (code, samples) = _queue[_first];
        _elapsed = Math.Min(_elapsed + frameSamples, samples);
        uint duration = (uint)((long)_elapsed * clockRate / 48000) - _segmentsBefore;
        if (duration > ushort.MaxValue)
        {
            packet = new(code, _segment, ushort.MaxValue, IsEnd: false, isStart);
            _segment += ushort.MaxValue;
            _segmentsBefore += ushort.MaxValue;
            return true;
        }

        bool isEnd = _elapsed >= samples && !isStart;
        packet = new(code, _segment, (ushort)duration, isEnd, isStart);
        if (isEnd && ++_endsSent == EndPackets)
            Finish();
        return true;
    }

    private void Begin(uint timestamp)
    {
        _sounding = true;
        _segment = timestamp;
        _segmentsBefore = 0;
        _elapsed = 0;
        _endsSent = 0;
    }

    private void Finish()
    {
        _sounding = false;
        _pause = Pause;
        _first = (_first + 1) % MaximumQueued;
        _count--;
    }
}
