// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Stun;
using Earshot.Protocol.Turn;

namespace Earshot.Lab.Nats;

/// <summary>One UDP socket of a <see cref="NatPath"/>, and the question which address the world sees it at.</summary>
internal sealed class NatSocket(NatHost host, TransportAddress local, IRandomSource random, bool asks) : IDisposable
{
    /// <summary>The interface.</summary>
    public NatHost Host => host;

    /// <summary>The address in its realm.</summary>
    public TransportAddress Local => local;

    /// <summary>Asks, and keeps the mapping.</summary>
    public StunBinding Binding { get; } = new(random, new() { KeepAlive = TimeSpan.FromSeconds(15) });

    /// <summary>Nothing new is to be expected.</summary>
    public bool HasAnswer { get; set; } = !asks;

    /// <inheritdoc/>
    public void Dispose() => Binding.Dispose();
}

/// <summary>One allocation of a <see cref="NatPath"/>, asked for over the socket of an interface or over a connection.</summary>
/// <remarks>Thread: its network's.</remarks>
internal sealed class NatRelay : IDisposable
{
    private readonly NatNetwork _network;
    private readonly TurnServer _server;
    private readonly TransportAddress _local;
    private readonly NatStream? _stream;
    private readonly byte[] _buffer = new byte[1600];

    /// <summary>Asks.</summary>
    public NatRelay(NatNetwork network, TurnServer server, NatHost host, TransportAddress local, bool isStream, IRandomSource random)
    {
        (_network, _server, _local, Host) = (network, server, local, host);
        Client = new TurnClient(new() { Username = server.User, Password = server.Password, IsReliable = isStream }, random);
        if (isStream)
            _stream = Connect(network, server);
        else
            Client.Allocate(network.Now);
    }

    /// <summary>The interface.</summary>
    public NatHost Host { get; }

    /// <summary>The allocation.</summary>
    public TurnClient Client { get; }

    /// <summary>Over a connection.</summary>
    public bool IsStream => _stream is not null;

    /// <summary>Granted or refused.</summary>
    public bool HasAnswer { get; set; }

    /// <summary>Takes frames of the connection.</summary>
    public Action<Instant, NatRelay, byte[]>? OnPacket { get; init; }

    /// <summary>Sends a packet to a peer.</summary>
    public void Send(in TransportAddress peer, ReadOnlySpan<byte> datagram)
    {
        if (!Client.CreatePermission(_network.Now, peer))
            return;
        Transmit();
        datagram.CopyTo(_buffer.AsSpan(TurnData.Headroom));
        if (Client.TryWrap(peer, _buffer, TurnData.Headroom, datagram.Length, out int start, out int total))
            ToServer(_buffer.AsSpan(start, total));
    }

    /// <summary>Sends what the client has to say.</summary>
    public void Transmit()
    {
        Span<byte> request = stackalloc byte[1200];
        while (Client.PollTransmit(request, out int length))
            ToServer(request[..length]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Client.Dispose();
        _stream?.Close();
    }

    private NatStream Connect(NatNetwork network, TurnServer server)
    {
        var framer = new StunStreamFramer();
        var stream = network.Connect(Host, server.Address);
        stream.OnOpen = now =>
        {
            Client.Allocate(now);
            Transmit();
        };
        stream.OnClosed = Client.HandleTransportFailure;
        stream.OnBytes = (now, bytes) =>
        {
            for (int taken = 0; taken < bytes.Length && !framer.IsBroken;)
            {
                taken += framer.Append(bytes.AsSpan(taken));
                while (framer.TryTake(out var frame))
                    OnPacket?.Invoke(now, this, frame.ToArray());
            }
        };
        return stream;
    }

    private void ToServer(ReadOnlySpan<byte> bytes)
    {
        if (_stream is { } stream) stream.Write(bytes);
        else _network.Send(Host, _local, _server.Address, bytes);
    }
}
