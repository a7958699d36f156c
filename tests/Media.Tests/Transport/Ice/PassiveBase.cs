// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Protocol;
using Earshot.Protocol.Ice;

namespace Earshot.Media.Tests.Transport.Ice;

/// <summary>A peer's passive candidate, RFC 4571. It talks to whoever spoke last: a stranger may come by at a port that was somebody else's a moment ago.</summary>
internal sealed class PassiveBase : IIceBase, IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<(Socket Socket, TcpFramer Framer)> _connections = [];
    private Socket? _socket;

    public PassiveBase()
    {
        _listener.Start();
        Origin = TransportAddress.From((IPEndPoint)_listener.LocalEndpoint);
    }

    public TransportAddress Origin { get; }

    public PeerAddress Remote { get; private set; }

    public int Connections => _connections.Count;

    public void Prepare(Instant now, in TransportAddress remote)
    {
    }

    public void Choose(Instant now, in TransportAddress remote)
    {
    }

    public bool Send(ReadOnlySpan<byte> packet, in PeerAddress remote)
    {
        if (_socket is null || remote != Remote)
            return false;
        byte[] frame = [(byte)(packet.Length >> 8), (byte)packet.Length, .. packet];
        return _socket.Send(frame) == frame.Length;
    }

    public bool TryReceive(Instant now, out Span<byte> packet, out PeerAddress remote, out Instant arrival)
    {
        while (_listener.Pending())
            _connections.Add((_listener.AcceptSocket(), new TcpFramer()));
        foreach (var (socket, framer) in _connections)
        {
            if (!framer.TryTake(out packet))
            {
                if (socket.Available > 0)
                    framer.Advance(socket.Receive(framer.Room()));
                if (!framer.TryTake(out packet))
                    continue;
            }

            _socket = socket;
            (Remote, arrival) = (PeerAddress.From((IPEndPoint)socket.RemoteEndPoint!), now);
            remote = Remote;
            return true;
        }

        packet = default;
        (remote, arrival) = (Remote, now);
        return false;
    }

    public bool TryTakeFailure(out TransportAddress remote)
    {
        remote = default;
        return false;
    }

    public void Dispose()
    {
        _connections.ForEach(c => c.Socket.Dispose());
        _listener.Dispose();
    }
}
