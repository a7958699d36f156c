// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Stun;
using Earshot.Protocol.Turn;

namespace Earshot.Lab.Nats;

/// <summary>A phone's ways to its peer: a socket on each interface, what servers say of them, relays, and the agent that chooses.</summary>
/// <remarks>
/// <code>
///   Gather ─► sockets: host ─┬ StunBinding ─► server-reflexive ─┐
///                            └ NatRelay over UDP, over TCP ─────┴► IceAgent ─► Send, OnMedia
/// </code>
/// Thread: its network's.
/// </remarks>
internal sealed class NatPath : IDisposable
{
    /// <summary>So long an offer or answer waits for servers.</summary>
    public static readonly TimeSpan GatheringCap = TimeSpan.FromMilliseconds(500);

    private const ushort FirstPort = 5004;
    private const int MostEarly = 4;
    private readonly NatNetwork _network;
    private readonly TurnServer? _server;
    private readonly SeededRandom _random;
    private readonly List<NatSocket> _sockets = [];
    private readonly List<NatRelay> _relays = [];
    private readonly List<(TransportAddress Local, TransportAddress From, byte[] Bytes)> _early = [];
    private readonly byte[] _buffer = new byte[1500];
    private readonly LiteAgent? _lite;
    private Instant _gatheredBy = Instant.Never;

    /// <summary>Opens nothing yet.</summary>
    public NatPath(NatNetwork network, TurnServer? server, IceOptions options, SeededRandom random)
    {
        (_network, _server, _random) = (network, server, random);
        Agent = new IceAgent(options, random);
    }

    /// <summary>Chooses.</summary>
    public IceAgent Agent { get; }

    /// <summary>What the agent told, and when.</summary>
    public List<(Instant At, IceEvent Happened)> Events { get; } = [];

    /// <summary>Takes what is no STUN, from pairs that work: when, what.</summary>
    public Action<Instant, TransportAddress, byte[]>? OnMedia { get; set; }

    /// <summary>Of a lite one: the peer has chosen, or chooses again.</summary>
    public Action<Instant>? OnNominated { get; init; }

    /// <summary>Is told what the agent tells.</summary>
    public Action<Instant, IceEvent>? OnEvent { get; set; }

    /// <summary>The peer knows no ICE: everything goes through the first socket.</summary>
    public bool IsPlain { get; set; }

    /// <summary>Checks are answered, and none is sent; the peer says which way is taken.</summary>
    public bool IsLite { get => _lite is not null; init => _lite = value ? new LiteAgent(Agent.LocalDescription.Credentials) : null; }

    /// <summary>Packets can go.</summary>
    public bool IsReady => IsPlain || (_lite is { } lite ? !lite.Target.IsNone : Agent.Selected is not null);

    /// <summary>Everybody has answered, or there is no more time.</summary>
    public bool IsGathered => _network.Now >= _gatheredBy || (_gatheredBy != Instant.Never && _sockets.TrueForAll(s => s.HasAnswer) && _relays.TrueForAll(r => r.HasAnswer));

    /// <summary>Where a peer without ICE would send to (RFC 8445 §5.1.3): the relay only where nothing else is known to get through.</summary>
    public TransportAddress Default => Of(CandidateKind.ServerReflexive) ?? Of(CandidateKind.Relayed) ?? Of(CandidateKind.Host) ?? default;

    /// <summary>Uses an interface from now on, and asks the servers about it.</summary>
    public void Open(NatHost host)
    {
        var now = _network.Now;
        var socket = new NatSocket(host, host.Address.WithPort((ushort)(FirstPort + (2 * _sockets.Count))), _random, _server is not null);
        _sockets.Add(socket);
        host.OnDatagram = (at, local, from, bytes) => Receive(at, socket, local, from, bytes);
        Agent.AddLocal(now, CandidateKind.Host, socket.Local, socket.Local);
        _gatheredBy = now + GatheringCap;
        if (_server is { } server)
        {
            socket.Binding.Start(now);
            _relays.Add(new NatRelay(_network, server, host, socket.Local, isStream: false, _random));
            _relays.Add(new NatRelay(_network, server, host, socket.Local, isStream: true, _random) { OnPacket = (at, relay, bytes) => FromRelay(at, relay, bytes) });
        }

        Drain();
    }

    /// <summary>The system says that an interface is gone.</summary>
    public void Close(NatHost host)
    {
        foreach (var relay in _relays.FindAll(r => r.Host == host))
        {
            Agent.RemoveLocal(_network.Now, relay.Client.Relayed);
            relay.Dispose();
            _relays.Remove(relay);
        }

        foreach (var socket in _sockets.FindAll(s => s.Host == host))
        {
            Agent.RemoveLocal(_network.Now, socket.Local);
            socket.Dispose();
            _sockets.Remove(socket);
        }

        Drain();
    }

    /// <summary>Sends along the path.</summary>
    /// <returns>False while there is none.</returns>
    public bool Send(ReadOnlySpan<byte> datagram, in TransportAddress to)
    {
        if (IsPlain && _sockets.Count > 0)
            _network.Send(_sockets[0].Host, _sockets[0].Local, to, datagram);
        else if (_lite is { Target.IsNone: false } lite)
            _network.Send(_sockets[0].Host, _sockets[0].Local, lite.Target, datagram);
        else if (Agent.Selected is { } path)
            Send(path.Base, path.Remote, datagram);
        else
            return false;
        return true;
    }

    /// <summary>Does what is due.</summary>
    public void HandleTimeout(Instant now)
    {
        foreach (var socket in _sockets)
        {
            if (socket.Binding.PollTimeout() <= now)
                socket.Binding.HandleTimeout(now);
        }

        foreach (var relay in _relays)
        {
            if (relay.Client.PollTimeout() <= now)
                relay.Client.HandleTimeout(now);
        }

        if (Agent.PollTimeout() <= now)
            Agent.HandleTimeout(now);
        Drain();
    }

    /// <summary>When something is due next.</summary>
    public Instant PollTimeout()
    {
        var next = Agent.PollTimeout();
        foreach (var socket in _sockets)
            next = Instant.Min(next, socket.Binding.PollTimeout());
        foreach (var relay in _relays)
            next = Instant.Min(next, relay.Client.PollTimeout());
        return next;
    }

    /// <summary>Sends what waits, tells what happened.</summary>
    public void Drain()
    {
        var now = _network.Now;
        foreach (var socket in _sockets)
            DrainSocket(now, socket);
        foreach (var relay in _relays.ToArray())
            DrainRelay(now, relay);
        while (Agent.PollTransmit(_buffer, out int length, out var origin, out var remote))
            Send(origin, remote, _buffer.AsSpan(0, length));
        while (Agent.PollEvent(out var happened))
        {
            Events.Add((now, happened));
            if (happened is IceEvent.Selected { Path: { LocalKind: CandidateKind.Relayed } path })
                _relays.Find(r => r.Client.Relayed == path.Base)?.Client.BindChannel(now, path.Remote);
            OnEvent?.Invoke(now, happened);
        }

        TakeEarly(now);
        foreach (var relay in _relays)
            relay.Transmit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var relay in _relays)
            relay.Dispose();
        foreach (var socket in _sockets)
            socket.Dispose();
        _lite?.Dispose();
        Agent.Dispose();
    }

    private TransportAddress? Of(CandidateKind kind) => Agent.LocalDescription.Candidates.FirstOrDefault(c => c.Kind == kind)?.Address;

    private void Receive(Instant now, NatSocket socket, TransportAddress local, TransportAddress from, byte[] bytes)
    {
        if (local != socket.Local || !_sockets.Contains(socket))
            return;
        if (from == _server?.Address)
        {
            if (!socket.Binding.HandlePacket(now, bytes) && _relays.Find(r => r.Host == socket.Host && !r.IsStream) is { } relay)
                FromRelay(now, relay, bytes);
        }
        else
        {
            FromPeer(now, socket.Local, from, bytes);
        }

        Drain();
    }

    private void FromRelay(Instant now, NatRelay relay, byte[] bytes)
    {
        if (relay.Client.HandlePacket(now, bytes, out var peer, out var payload) == TurnReceived.Data)
            FromPeer(now, relay.Client.Relayed, peer, bytes[payload]);
        Drain();
    }

    private void FromPeer(Instant now, in TransportAddress local, in TransportAddress from, byte[] bytes)
    {
        if (_lite is { } lite && lite.TryAnswer(bytes, from, _buffer, out int length))
        {
            Send(local, from, _buffer.AsSpan(0, length));
            if (IsReady)
                OnNominated?.Invoke(now);
        }
        else if (_lite is null && Agent.HandlePacket(now, local, from, bytes))
        {
            return;
        }
        else if (IsPlain || _lite?.Target == from || Agent.IsValidated(local, from))
        {
            OnMedia?.Invoke(now, from, bytes);
        }
        else if (PacketKinds.Classify(bytes) == PacketKind.Dtls && _early.Count < MostEarly)
        {
            _early.Add((local, from, bytes));
        }
    }

    // Who answers knows first that a pair works, and begins the handshake while our own check is on its way.
    private void TakeEarly(Instant now)
    {
        foreach (var early in _early.FindAll(e => Agent.IsValidated(e.Local, e.From)))
        {
            _early.Remove(early);
            OnMedia?.Invoke(now, early.From, early.Bytes);
        }
    }

    private void Send(in TransportAddress origin, in TransportAddress remote, ReadOnlySpan<byte> datagram)
    {
        var local = origin;
        if (_sockets.Find(s => s.Local == local) is { } socket)
            _network.Send(socket.Host, local, remote, datagram);
        else
            _relays.Find(r => r.Client.Relayed == local)?.Send(remote, datagram);
    }

    private void DrainSocket(Instant now, NatSocket socket)
    {
        while (socket.Binding.PollTransmit(_buffer, out int length))
            _network.Send(socket.Host, socket.Local, _server!.Address, _buffer.AsSpan(0, length));
        while (socket.Binding.PollEvent(out var happened))
        {
            socket.HasAnswer = true;
            if (happened is StunBindingEvent.Mapped mapped)
                Agent.AddLocal(now, CandidateKind.ServerReflexive, mapped.Address, socket.Local, socket.Local, server: _server!.Address);
        }
    }

    private void DrainRelay(Instant now, NatRelay relay)
    {
        relay.Transmit();
        while (relay.Client.PollEvent(out var happened))
        {
            switch (happened)
            {
                // One relay an interface: that over UDP, unless only a connection gets through.
                case TurnEvent.Allocated allocated:
                    relay.HasAnswer = true;
                    if (relay.IsStream && _relays.Exists(r => r.Host == relay.Host && !r.IsStream && r.Client.IsAllocated))
                        relay.Client.Close(now);
                    else
                        Agent.AddLocal(now, CandidateKind.Relayed, allocated.Relayed, allocated.Relayed, allocated.Mapped, server: _server!.Address);
                    break;
                case TurnEvent.Ended:
                    relay.HasAnswer = true;
                    if (!relay.Client.Relayed.IsNone)
                        Agent.RemoveLocal(now, relay.Client.Relayed);
                    break;
                default:
                    break;
            }
        }
    }
}
