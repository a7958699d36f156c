// SPDX-License-Identifier: MIT
using Earshot.Media.Playout;
using Earshot.Media.Transport;
using Earshot.Protocol;
using Earshot.Protocol.Rtp;

namespace Earshot.Media.Receive;

/// <summary>An RTP packet, decrypted and known to be the peer's, on its way from the worker to playback.</summary>
/// <remarks>Thread: whoever the ring gives it to.</remarks>
internal sealed class ReceivedPacket
{
    private readonly byte[] _payload = new byte[UdpPort.MaximumDatagram];
    private int _length;
    private uint _ssrc;
    private uint _timestamp;
    private ushort _sequence;
    private byte _payloadType;
    private bool _marker;
    private bool _redundant;
    private bool _key;

    /// <summary>When it came.</summary>
    public Instant Arrival { get; private set; }

    /// <summary>As playout takes it.</summary>
    public PlayoutPacket Packet => new(_ssrc, _payloadType, _sequence, _timestamp, _marker, _payload.AsSpan(0, _length), _redundant) { IsKey = _key };

    /// <summary>Copies a packet of one frame in.</summary>
    public void Fill(in RtpPacket packet, Instant arrival) =>
        Fill(new PlayoutPacket(packet.Ssrc, packet.PayloadType, packet.Sequence, packet.Timestamp, packet.Marker, packet.Payload), arrival);

    /// <summary>Copies a packet in.</summary>
    public void Fill(in PlayoutPacket packet, Instant arrival)
    {
        packet.Payload.CopyTo(_payload);
        _length = packet.Payload.Length;
        _ssrc = packet.Ssrc;
        _timestamp = packet.Timestamp;
        _sequence = packet.Sequence;
        _payloadType = packet.PayloadType;
        _marker = packet.Marker;
        _redundant = packet.IsRedundant;
        _key = packet.IsKey;
        Arrival = arrival;
    }
}
