// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Rtp;

/// <summary>Tells keys apart in a stream of telephone-events (RFC 4733 §2.5.2).</summary>
/// <remarks>
/// <code>
///   key, 2 s at 48 kHz:  |M ts=T 960| … |ts=T 65535| ts=T+65535 … | E |      one key, two segments (§2.5.1.3)
/// </code>
/// All packets of an event carry its time stamp, so any of them announces the key and the others are known by it. A long key's next
/// segment begins exactly where the one before ended, without marker; a new press has a marker or a gap.
/// An earlier time stamp is a packet that comes late when its sequence number is earlier, too. Otherwise the sender's clock went back, which a
/// marker or a step beyond <see cref="LateSeconds"/> shows: gateways restart it in mid-call. Thread: its owner's. Pure.
/// </remarks>
internal struct KeyTracker
{
    /// <summary>No packet of a key is repeated or delayed for longer.</summary>
    private const int LateSeconds = 5;

    private bool _any;
    private bool _ended;
    private byte _event;
    private uint _timestamp;
    private ushort _duration;
    private ushort _sequence;

    /// <summary>Another sender: what it sends is new.</summary>
    public void Reset() => _any = false;

    /// <summary>Takes an event that came.</summary>
    /// <param name="key">The event.</param>
    /// <param name="sequence">Its packet's number.</param>
    /// <param name="timestamp">Its packet's time stamp.</param>
    /// <param name="marker">Its packet's marker.</param>
    /// <param name="clockRate">Hz of the time stamp.</param>
    /// <returns>True when it is the first that came of a key.</returns>
    public bool HandleEvent(in TelephoneEvent key, ushort sequence, uint timestamp, bool marker, int clockRate)
    {
        int step = (int)(timestamp - _timestamp);
        bool overtaken = (short)(sequence - _sequence) < 0;
        if (_any && step < 0 && (long)step >= -LateSeconds * (long)clockRate && (overtaken || !marker))
            return false;
        if (!_any || !overtaken || step != 0)
            _sequence = sequence;
        if (_any && step == 0)
        {
            _ended |= key.IsEnd;
            _duration = Math.Max(_duration, key.Duration);
            return false;
        }

        // The packet with the longest duration may be lost: the field's limit is where senders cut.
        bool continues = _any && !_ended && !marker && key.Event == _event && (step == _duration || step == ushort.MaxValue);
        (_any, _ended, _event, _timestamp, _duration) = (true, key.IsEnd, key.Event, timestamp, key.Duration);
        return !continues;
    }
}
