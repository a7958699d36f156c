// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;
using Earshot.Media.Transport.Streams;
using Earshot.Protocol;
using Earshot.Protocol.Turn;

namespace Earshot.Media.Transport.Ice;

/// <summary>A relay as a base of ICE's: one allocation, over the call's own socket or over a connection.</summary>
/// <remarks>
/// <code>
///   Prepare ─► permission          Send ─► TurnClient wraps ─► socket, or StreamPort ─► server ─► peer
///   server's datagram ─► HandlePacket ─► a peer's packet, or an answer            StreamPort ─► TryReceive
/// </code>
/// A packet to a new peer goes on its way behind the request for its permission, in order on a connection, most likely on UDP: ICE repeats what was too early.
/// After each call the owner drains <see cref="PollEvent"/> and asks <see cref="PollTimeout"/>.
/// Thread: worker. Real-time once the peer's channel is bound.
/// </remarks>
internal sealed class TurnRelay : IIceBase, IDisposable
{
    private readonly TurnClient _client;
    private readonly IDatagramSender _sender;
    private readonly PeerAddress _server;
    private readonly StreamPort? _stream;
    private readonly byte[] _packet = new byte[TurnData.Headroom + UdpPort.MaximumDatagram + TurnData.Tailroom];
    private bool _isHeld;
    private bool _isGone;

    private TurnRelay(TurnOptions options, IRandomSource random, IDatagramSender sender, in PeerAddress server, StreamPort? stream)
    {
        _client = new TurnClient(options with { IsReliable = stream is not null }, random);
        (_sender, _server, _stream) = (sender, server, stream);
    }

    /// <summary>Over the call's own socket: its owner brings what comes from the server's address to <see cref="HandlePacket"/>.</summary>
    public static TurnRelay OverUdp(TurnOptions options, IRandomSource random, IDatagramSender socket, in PeerAddress server) => new(options, random, socket, server, null);

    /// <summary>Over a connection of its own, which its owner has started, and which is closed with it.</summary>
    public static TurnRelay OverStream(TurnOptions options, IRandomSource random, StreamPort stream, in PeerAddress server) => new(options, random, stream, in server, stream);

    /// <inheritdoc/>
    public TransportAddress Origin => _client.Relayed;

    /// <summary>Where the server is.</summary>
    public PeerAddress Server => _server;

    /// <summary>The connection to the server; null over UDP.</summary>
    public StreamPort? Stream => _stream;

    /// <summary>Asks for the relay; the connection need not stand yet.</summary>
    public void Allocate(Instant now)
    {
        _client.Allocate(now);
        Transmit();
    }

    /// <summary>Whether it stands is being asked.</summary>
    public bool IsInDoubt => _client.IsInDoubt;

    /// <summary>It is over, by the server's word or for want of it.</summary>
    public bool HasEnded => _client.HasEnded;

    /// <summary>Asks whether it still stands.</summary>
    public void Verify(Instant now)
    {
        _client.Verify(now);
        Transmit();
    }

    /// <summary>Lets a peer's host send to the relay.</summary>
    public void Prepare(Instant now, in TransportAddress remote)
    {
        _client.CreatePermission(now, remote);
        Transmit();
    }

    /// <summary>Four bytes a packet instead of 36 or more.</summary>
    public void Choose(Instant now, in TransportAddress remote)
    {
        _client.BindChannel(now, remote);
        Transmit();
    }

    /// <summary>Sends to a peer that it was prepared for.</summary>
    /// <returns>False when it will never leave.</returns>
    public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        if (datagram.Length > UdpPort.MaximumDatagram)
            return false;
        datagram.CopyTo(_packet.AsSpan(TurnData.Headroom));
        return _client.TryWrap(to.ToTransport(), _packet, TurnData.Headroom, datagram.Length, out int start, out int total)
            && Forward(_packet.AsSpan(start, total));
    }

    /// <summary>A datagram from the server's address.</summary>
    /// <param name="now">Now.</param>
    /// <param name="datagram">Its bytes.</param>
    /// <param name="peer">Who sent it, when it was a peer.</param>
    /// <param name="payload">Where in <paramref name="datagram"/> the peer's packet stands.</param>
    public TurnReceived HandlePacket(Instant now, ReadOnlySpan<byte> datagram, out TransportAddress peer, out Range payload)
    {
        var received = _client.HandlePacket(now, datagram, out peer, out payload);
        if (received == TurnReceived.Control)
            Transmit();
        return received;
    }

    /// <inheritdoc/>
    public bool TryReceive(Instant now, out Span<byte> packet, out PeerAddress remote, out Instant arrival)
    {
        packet = default;
        (remote, arrival) = (default, now);
        if (_stream is not { } stream)
            return false;
        if (_isHeld)
            stream.Release();
        _isHeld = false;
        while (stream.TryPeek(out var datagram, out arrival))
        {
            if (HandlePacket(now, datagram, out var peer, out var payload) == TurnReceived.Data)
            {
                packet = datagram[payload];
                remote = PeerAddress.From(peer);
                return _isHeld = true;
            }

            stream.Release();
        }

        if (stream.State == StreamState.Closed && !_isGone)
        {
            _isGone = true;
            _client.HandleTransportFailure(now);
        }

        return false;
    }

    /// <summary>None: a relay that is gone says so by <see cref="TurnEvent.Ended"/>, and takes all its pairs with it.</summary>
    public bool TryTakeFailure(out TransportAddress remote)
    {
        remote = default;
        return false;
    }

    /// <summary>Deadlines that have come.</summary>
    public void HandleTimeout(Instant now)
    {
        _client.HandleTimeout(now);
        Transmit();
    }

    /// <summary>The next event.</summary>
    public bool PollEvent([NotNullWhen(true)] out TurnEvent? happened) => _client.PollEvent(out happened);

    /// <summary>When <see cref="HandleTimeout"/> wants to be called.</summary>
    public Instant PollTimeout() => _client.PollTimeout();

    /// <summary>Gives the relay back and closes its connection once that is said; <see cref="TurnEvent.Ended"/> may follow.</summary>
    public void Close(Instant now)
    {
        _client.Close(now);
        Transmit();
        _stream?.Close();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _stream?.Close();
    }

    private void Transmit()
    {
        Span<byte> request = stackalloc byte[UdpPort.MaximumDatagram];
        while (_client.PollTransmit(request, out int length))
            Forward(request[..length]);
    }

    private bool Forward(ReadOnlySpan<byte> datagram) => _sender.Send(datagram, in _server);
}
