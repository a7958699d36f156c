// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Protocol;
using Earshot.Protocol.Ice;

namespace Earshot.Media.Tests.Transport.Ice;

/// <summary>A peer's passive candidate: one connection, RFC 4571.</summary>
internal sealed class PassiveBase : IIceBase, IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TcpFramer _framer = new();
    private Socket? _socket;

    public PassiveBase()
    {
        _listener.Start();
        Origin = TransportAddress.From((IPEndPoint)_listener.LocalEndpoint);
    }

    public TransportAddress Origin { get; }

    public PeerAddress Remote { get; private set; }

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
        (remote, arrival) = (Remote, now);
        if (_socket is null && _listener.Pending())
        {
            _socket = _listener.AcceptSocket();
            Remote = PeerAddress.From((IPEndPoint)_socket.RemoteEndPoint!);
        }

        if (_framer.TryTake(out packet))
            return true;
        if (_socket is { Available: > 0 })
            _framer.Advance(_socket.Receive(_framer.Room()));
        remote = Remote;
        return _framer.TryTake(out packet);
    }

    public bool TryTakeFailure(out TransportAddress remote)
    {
        remote = default;
        return false;
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _listener.Dispose();
    }
}
