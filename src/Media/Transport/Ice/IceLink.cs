// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Turn;

namespace Earshot.Media.Transport.Ice;

/// <summary>A call's ICE on the worker: drives the agent over sockets and relays, says whose a datagram is, and sends along the path that was found.</summary>
/// <remarks>
/// <code>
///   datagram ─► HandleDatagram ─┬ from a server ─► IceGathering ─► relayed? once more, as of its peer
///                               ├ STUN ─► IceAgent
///                               └ else: of a pair that works? Peer : Stranger
///   connections ─ told ─► HandleConnections ─► likewise ─► Received
///   Send ─► the pair in use                        Undecided ──► Active (both have ICE) ──► Plain (the peer has none: through the first base)
///   PathChanged, Push ─► CallMedia, the session
/// </code>
/// Pure: told the time, draws from what it is given, sends through <see cref="IIceBase"/>; real sockets or the lab's. Until a peer's description is
/// known it answers checks and asks servers. Thread: its builder, then the worker; <see cref="Path"/>, <see cref="Description"/> and
/// <see cref="IsGathered"/> any. Real-time: checks and media allocate nothing once a path is there.
/// </remarks>
internal sealed partial class IceLink : IDatagramSender, IDisposable
{
    private enum Mode : byte
    {
        Undecided,
        Active,
        Plain,
    }

    // Checks that nobody has answered for so long are repeated seldom (RFC 8445 §14.3).
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(5);

    // The relay that carried the call says nothing: another way works by then, or it itself again, or there is none. No consent's 30 s for what is known to be gone.
    private static readonly TimeSpan WithoutRelay = TimeSpan.FromSeconds(6);

    private readonly IceOptions _options;
    private readonly IRandomSource _random;
    private readonly IEventSink _events;
    private readonly IceGathering _gathering;
    private readonly IceBases _bases = new();
    private readonly byte[] _buffer = new byte[UdpPort.MaximumDatagram];
    private IceAgent _agent;
    private IceCredentials _credentials;
    private IceCredentials? _peer;
    private IceDescription _description;
    private IIceBase? _way;
    private PeerAddress _target;
    private IcePath? _path;
    private Mode _mode;
    private bool _isEarly;
    private IIceBase? _doubted;
    private Instant _givenUpAt = Instant.Never;
    private Instant _askedSince;
    private bool _isClosed;
    private volatile bool _isGathered = true;
    private bool _isToldGathered = true;

    /// <summary>Begins with no way out.</summary>
    /// <param name="options">The side that offers first controls.</param>
    /// <param name="random">The system's generator in a phone.</param>
    /// <param name="events">Is told of paths found, lost and failed.</param>
    public IceLink(IceOptions options, IRandomSource random, IEventSink events)
    {
        (_options, _random, _events) = (options, random, events);
        _agent = new IceAgent(options, random);
        _gathering = new IceGathering(random);
        _description = Described();
        _credentials = _description.Credentials;
    }

    /// <summary>Another path is in use, or none. On the worker.</summary>
    public Action<Instant>? PathChanged { get; set; }

    /// <summary>Gathering is done, or its time is up. On the worker.</summary>
    public Action? Gathered { get; set; }

    /// <summary>A candidate of the peer's has a name: answer with <see cref="HandleResolved"/>. On the worker.</summary>
    public Action<int, string>? ResolveNeeded { get; set; }

    /// <summary>Is told why a relay is not there, or not any more. On the worker.</summary>
    public Action<Instant, string>? RelayEnded
    {
        get => _gathering.RelayEnded;
        set => _gathering.RelayEnded = value;
    }

    /// <summary>Is told why a STUN server says nothing. On the worker.</summary>
    public Action<Instant, string>? StunEnded
    {
        get => _gathering.StunEnded;
        set => _gathering.StunEnded = value;
    }

    /// <summary>Has the worker call <see cref="HandleConnections"/>; called on the threads of connections. Null makes no connections to peers.</summary>
    public Action? Tell { get; init; }

    /// <summary>A packet that is no STUN came over a connection. On the worker.</summary>
    public IcePacketHandler? Received { get; set; }

    /// <summary>What a description of ours says now. Thread: any.</summary>
    public IceDescription Description => Volatile.Read(ref _description);

    /// <summary>No candidate is waited for. Thread: any.</summary>
    public bool IsGathered => _isGathered;

    /// <summary>The path in use; null while there is none. Thread: any.</summary>
    public IcePath? Path => Volatile.Read(ref _path);

    /// <summary>Both sides have ICE: only pairs that work carry media.</summary>
    public bool IsActive => _mode == Mode.Active;

    /// <summary>There is somewhere to send to.</summary>
    public bool HasPath => _way is not null;

    /// <summary>Where the path leads; none while there is none.</summary>
    public PeerAddress Target => _target;

    /// <summary>Datagrams of nobody that ICE knows.</summary>
    public long Strangers { get; private set; }

    /// <summary>Judges a datagram, and deals with it when it is STUN or TURN.</summary>
    /// <param name="now">Now.</param>
    /// <param name="socket">Which socket, in the order in which they were added.</param>
    /// <param name="from">Its sender.</param>
    /// <param name="datagram">Its bytes.</param>
    /// <param name="peer">Its sender, behind a relay if one carried it.</param>
    /// <param name="payload">What of it is the peer's.</param>
    public IceSource HandleDatagram(Instant now, int socket, in PeerAddress from, ReadOnlySpan<byte> datagram, out PeerAddress peer, out Range payload)
    {
        (peer, payload) = (from, ..);
        if (_mode == Mode.Plain)
            return _bases.At(socket) is { } plain && plain == _bases.First ? IceSource.Plain : Stranger();
        if (_isClosed || _bases.At(socket) is not { } at)
            return Stranger();
        switch (_gathering.HandlePacket(now, at, from, datagram, out var relay, out var relayed, out payload))
        {
            case TurnReceived.Control:
                Drain(now);
                return IceSource.Taken;
            case TurnReceived.Data:
                peer = PeerAddress.From(relayed);
                return Judge(now, relay!.Origin, relayed, datagram[payload]);
            default:
                payload = ..;
                return Judge(now, at.Origin, from.ToTransport(), datagram);
        }
    }

    /// <summary>Takes what came over connections, and notices those that are gone: <see cref="Tell"/> asked for it.</summary>
    public void HandleConnections(Instant now)
    {
        for (int i = 0; i < _bases.Streams.Count && !IsOver; i++)
        {
            var at = _bases.Streams[i];
            while (!IsOver && at.TryReceive(now, out var packet, out var peer, out var arrival))
            {
                var source = Judge(now, at.Origin, peer.ToTransport(), packet);
                if (source != IceSource.Taken)
                    Received?.Invoke(now, arrival, source, in peer, packet);
            }

            while (at.TryTakeFailure(out var gone))
                _agent.HandleTransportFailure(now, at.Origin, gone);
        }

        if (!IsOver)
            Drain(now);
    }

    /// <summary>May DTLS from there be the peer's? Whatever socket it came in at.</summary>
    public bool IsPeer(PeerAddress from)
    {
        if (_way is not null && from == _target)
            return true;
        var remote = from.ToTransport();
        foreach (var origin in _bases.All)
        {
            if (_agent.IsValidated(origin.Origin, remote))
                return true;
        }

        return false;
    }

    /// <summary>Sends media: along the path, whatever address is named; without ICE from the first socket to that address.</summary>
    public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to) =>
        _mode == Mode.Active ? _way is { } way && way.Send(datagram, _target)
        : _bases.First is { } first && first.Send(datagram, to);

    /// <summary>Media fell silent: ask whether the path still stands. At most twice a second, however often this is called.</summary>
    public void Probe(Instant now)
    {
        if (IsOver || _mode != Mode.Active)
            return;
        _agent.Probe(now);
        Drain(now);
    }

    /// <summary>The answer to <see cref="ResolveNeeded"/>; none when the name leads nowhere.</summary>
    public void HandleResolved(Instant now, int query, in TransportAddress address)
    {
        if (IsOver)
            return;
        _agent.HandleResolved(now, query, address);
        Drain(now);
    }

    /// <summary>Does what is due.</summary>
    public void HandleTimeout(Instant now)
    {
        if (IsOver)
            return;
        if (_gathering.HandleTimeout(now))
            _givenUpAt = now + WithoutRelay;
        if (_agent.PollTimeout() <= now)
            _agent.HandleTimeout(now);
        Drain(now);
        if (_givenUpAt > now)
            return;
        _givenUpAt = Instant.Never;
        if (_mode == Mode.Active && _agent.State is not (IceState.Connected or IceState.Completed))
            _events.Push(new(MediaEventKind.PathFailed, now));
    }

    /// <summary>When something is due next.</summary>
    public Instant PollTimeout() => IsOver ? Instant.Never : Instant.Min(_givenUpAt, Instant.Min(_gathering.PollTimeout(), _agent.PollTimeout()));

    /// <summary>Gives relays back and answers nobody any more; a last goodbye still finds its way.</summary>
    public void Close(Instant now)
    {
        if (_isClosed)
            return;
        _isClosed = true;
        if (_mode == Mode.Plain)
            return;
        _gathering.Close(now);
        TellGathered();
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _agent.Dispose();
        _gathering.Dispose();
        _bases.Close();
    }

    private bool IsOver => _isClosed || _mode == Mode.Plain;

    private IceSource Judge(Instant now, in TransportAddress origin, in TransportAddress remote, ReadOnlySpan<byte> datagram)
    {
        if (PacketKinds.Classify(datagram) == PacketKind.Stun)
        {
            if (!_agent.HandlePacket(now, origin, remote, datagram))
                return Stranger();
            Drain(now);
            return IceSource.Taken;
        }

        if (_mode == Mode.Undecided)
            return IceSource.Plain;
        bool isInUse = _path is { } path && path.Base == origin && path.Remote == remote;
        if (isInUse || _agent.IsValidated(origin, remote))
            return IceSource.Peer;
        // Who has proven to be the peer, on a pair that works half a round trip later, is no stranger; nor believed before.
        return _agent.IsHeard(origin, remote) ? IceSource.Stranger : Stranger();
    }

    private IceSource Stranger()
    {
        Strangers++;
        return IceSource.Stranger;
    }

    // Mutate once, then drain until nothing is left.
    private void Drain(Instant now)
    {
        bool isNews = _gathering.Drain(now, _agent, _bases.All, _buffer);
        if (isNews || (!_description.IsComplete && IsComplete))
        {
            Describe();
            if (_options.Trickles)
                _events.Push(new(MediaEventKind.CandidatesFound, now));
        }

        while (_agent.PollTransmit(_buffer, out int length, out var origin, out var remote))
        {
            if (_bases.Find(origin) is not { } way)
                continue;
            way.Prepare(now, remote);
            way.Send(_buffer.AsSpan(0, length), PeerAddress.From(remote));
        }

        while (_agent.PollEvent(out var happened))
            Take(now, happened);
        if (_gathering.IsDone)
            TellGathered();
    }

    private void TellGathered()
    {
        if (_isToldGathered)
            return;
        _isToldGathered = _isGathered = true;
        Gathered?.Invoke();
    }

    private void Take(Instant now, IceEvent happened)
    {
        switch (happened)
        {
            case IceEvent.Selected selected:
                Use(now, selected.Path);
                break;
            case IceEvent.StateChanged { State: IceState.Failed } when _mode == Mode.Active:
                _events.Push(new(MediaEventKind.PathFailed, now));
                break;
            case IceEvent.RestartNeeded when _mode == Mode.Active:
                _events.Push(new(MediaEventKind.PathDoubtful, now));
                break;
            case IceEvent.ResolveNeeded query:
                ResolveNeeded?.Invoke(query.Query, query.Name);
                break;
            default:
                break;
        }
    }

    private void Use(Instant now, IcePath? path)
    {
        var before = _way;
        _way = path is null ? null : _bases.Find(path.Base);
        _target = _way is null ? default : PeerAddress.From(path!.Remote);
        Volatile.Write(ref _path, _way is null ? null : path);
        _way?.Choose(now, path!.Remote);
        if (_way is null && before is TurnRelay { HasEnded: true })
            _givenUpAt = Instant.Min(_givenUpAt, now + WithoutRelay);
        PathChanged?.Invoke(now);
        if (_way is not null)
            _events.Push(new(before is null ? MediaEventKind.PathFound : MediaEventKind.RemoteAddressChanged, now));
    }

    // Who trickles says when it is done; any other description is all there is.
    private bool IsComplete => !_options.Trickles || _gathering.IsSettled;

    private IceDescription Described() => _agent.LocalDescription with { IsComplete = IsComplete };

    private void Describe() => Volatile.Write(ref _description, Described());
}
