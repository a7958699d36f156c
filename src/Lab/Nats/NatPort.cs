// SPDX-License-Identifier: MIT
using Earshot.Media.Transport;
using Earshot.Protocol;
using Earshot.Protocol.Stun;

namespace Earshot.Lab.Nats;

/// <summary>One UDP socket in a <see cref="NatNetwork"/>. Where no UDP leaves, what is meant for the server goes over a connection to it.</summary>
/// <remarks>Thread: its network's. Datagrams that are sent while the connection opens wait for it.</remarks>
internal sealed class NatPort : IDatagramSender
{
    private const ushort FirstPort = 5004;
    private readonly NatNetwork _network;
    private readonly TransportAddress _server;
    private readonly NatStream? _stream;
    private readonly StunStreamFramer _framer = new();
    private readonly Queue<byte[]> _waiting = [];

    /// <summary>Binds it.</summary>
    /// <param name="network">Where.</param>
    /// <param name="host">The interface.</param>
    /// <param name="number">The how manieth of its owner; goes into its port.</param>
    /// <param name="server">What a connection leads to, if one is needed; null for nothing.</param>
    public NatPort(NatNetwork network, NatHost host, int number, TurnServer? server)
    {
        (_network, Host, Number) = (network, host, number);
        Local = host.Address.WithPort((ushort)(FirstPort + (2 * number)));
        host.OnDatagram = (now, local, from, bytes) =>
        {
            if (local == Local)
                OnDatagram?.Invoke(now, from, bytes);
        };
        if (server is null || host.Realm.Nat is not { Behavior.BlocksUdp: true })
            return;
        _server = server.Address;
        _stream = network.Connect(host, _server);
        _stream.OnBytes = Take;
        _stream.OnOpen = _ =>
        {
            while (_waiting.TryDequeue(out var padded))
                _stream.Write(padded);
        };
    }

    /// <summary>The interface.</summary>
    public NatHost Host { get; }

    /// <summary>The how manieth of its owner.</summary>
    public int Number { get; }

    /// <summary>Its address in its realm.</summary>
    public TransportAddress Local { get; }

    /// <summary>Takes datagrams: when, from whom, what.</summary>
    public Action<Instant, TransportAddress, byte[]>? OnDatagram { get; set; }

    /// <inheritdoc/>
    public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        var target = to.ToTransport();
        if (_stream is not { } stream || target != _server)
        {
            _network.Send(Host, Local, target, datagram);
            return true;
        }

        // RFC 8656 §12.5: frames of a stream are padded.
        var padded = new byte[(datagram.Length + 3) & ~3];
        datagram.CopyTo(padded);
        if (stream.IsOpen) stream.Write(padded);
        else _waiting.Enqueue(padded);
        return true;
    }

    private void Take(Instant now, byte[] bytes)
    {
        for (int taken = 0; taken < bytes.Length && !_framer.IsBroken;)
        {
            taken += _framer.Append(bytes.AsSpan(taken));
            while (_framer.TryTake(out var frame))
                OnDatagram?.Invoke(now, _server, frame.ToArray());
        }
    }
}
