// SPDX-License-Identifier: MIT
using Earshot.Media.Transport;
using Earshot.Protocol;

namespace Earshot.Media.Diagnostics;

/// <summary>One packet in the ring of <see cref="PacketCapture"/>.</summary>
/// <remarks>Thread: whoever the ring gives it to.</remarks>
internal sealed class CapturedPacket
{
    private readonly byte[] _room = new byte[UdpPort.MaximumDatagram];
    private byte[]? _large;
    private int _length;

    /// <summary>Turn counter of the ring: equal to the position when free, one more when filled.</summary>
    public long Turn;

    /// <summary>When it was on the wire.</summary>
    public Instant At { get; private set; }

    /// <summary>From.</summary>
    public PeerAddress Source { get; private set; }

    /// <summary>To.</summary>
    public PeerAddress Destination { get; private set; }

    /// <summary>The datagram's content.</summary>
    public ReadOnlySpan<byte> Payload => _large ?? _room.AsSpan(0, _length);

    /// <summary>Copies a packet in. Only what no media packet ever is, a longer one, allocates.</summary>
    public void Fill(Instant at, in PeerAddress source, in PeerAddress destination, ReadOnlySpan<byte> payload)
    {
        At = at;
        Source = source;
        Destination = destination;
        _length = payload.Length;
        _large = payload.Length > _room.Length ? payload.ToArray() : null;
        if (_large is null)
            payload.CopyTo(_room);
    }
}
