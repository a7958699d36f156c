// SPDX-License-Identifier: MIT
using Earshot.Protocol.Rtp;

namespace Earshot.Media.Receive;

/// <summary>How much sound the peer puts into a packet, by the time stamps of neighbours: ptime is a wish of ours, and senders change it with the network.</summary>
/// <remarks>
/// Two equal steps in a row prove it: a pause or a key makes a step of its own. Thread: worker writes; the figure may be read from any.
/// Real-time: no allocation.
/// </remarks>
internal sealed class PeerPacketTime
{
    private const double LongestMs = 120;

    private uint _ssrc;
    private ushort _sequence;
    private uint _timestamp;
    private uint _step;
    private double _ms;

    /// <summary>Milliseconds; null before it is known.</summary>
    public double? Milliseconds => Volatile.Read(ref _ms) is > 0 and var ms ? ms : null;

    /// <summary>A packet of the peer's sound.</summary>
    /// <param name="packet">Its header.</param>
    /// <param name="clockRate">Hz of its time stamp.</param>
    public void HandlePacket(in RtpPacket packet, int clockRate)
    {
        bool follows = packet.Ssrc == _ssrc && packet.Sequence == (ushort)(_sequence + 1);
        uint step = follows && !packet.Marker ? packet.Timestamp - _timestamp : 0;
        (_ssrc, _sequence, _timestamp) = (packet.Ssrc, packet.Sequence, packet.Timestamp);
        if (step == 0)
            return;
        double ms = step * 1000.0 / clockRate;
        if (step == _step && ms <= LongestMs)
            Volatile.Write(ref _ms, ms);
        _step = step;
    }
}
