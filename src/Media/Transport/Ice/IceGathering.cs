// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Streams;
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Stun;
using Earshot.Protocol.Turn;

namespace Earshot.Media.Transport.Ice;

/// <summary>Asks the servers what they see of us, and for relays (RFC 8445 §5.1.1.2), for as long as the call lasts.</summary>
/// <remarks>
/// <code>
///   Begin ─► a StunBinding for each socket and server of its family ─► server-reflexive ─┐
///        └─► a TurnRelay for each TURN server, from the best socket
///            of its family, or over a connection ─► relayed (and reflexive) ───────────────┴─► IceAgent.AddLocal
/// </code>
/// What is not there when the time is up is in no description, but in use all the same: a peer is told later (RFC 8838), or learns it from the checks.
/// Pure: told the time. Thread: worker. Real-time once the servers have answered.
/// </remarks>
internal sealed class IceGathering(IRandomSource random) : IDisposable
{
    /// <summary>A NAT forgets a mapping after half a minute at the earliest (RFC 8445 §11).</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>No more bindings are under way at once: each is a packet that leaves in the same moment.</summary>
    private const int MostBindings = 8;

    /// <summary>A relay that says nothing for as long is likely gone, be it at first or when the peer has agreed to look for a way anew, so that our network carries packets. STUN itself would take 39.5 s to say so.</summary>
    private static readonly TimeSpan DoubtLimit = TimeSpan.FromSeconds(5);

    /// <summary>A STUN server has been asked three times by then, with seconds for the last.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);

    private readonly List<StunServer> _servers = [];
    private readonly List<Asked> _bindings = [];
    private readonly List<Asking> _relays = [];
    private Instant _until = Instant.Never;

    /// <summary>Is told why a relay is not there, or not any more.</summary>
    public Action<Instant, string>? RelayEnded { get; set; }

    /// <summary>Is told why a STUN server says nothing, once.</summary>
    public Action<Instant, string>? StunEnded { get; set; }

    /// <summary>Everybody has answered, or the time is up.</summary>
    public bool IsDone { get; private set; } = true;

    /// <summary>Nobody is waited for, nor is anything to come that was asked for.</summary>
    public bool IsSettled => _bindings.TrueForAll(b => b.IsSettled) && _relays.TrueForAll(r => r.IsSettled && !r.Relay.IsInDoubt);

    /// <summary>Begins to ask, what was not asked before: again when there is another socket.</summary>
    /// <param name="now">Now.</param>
    /// <param name="sockets">All there are, the best first.</param>
    /// <param name="servers">Whom.</param>
    /// <param name="limit">So long a description waits.</param>
    /// <param name="streams">Takes the relays that are heard over connections.</param>
    public void Begin(Instant now, IReadOnlyList<SocketBase> sockets, IReadOnlyList<IceServer> servers, TimeSpan limit, List<IIceBase> streams)
    {
        foreach (var server in servers)
        {
            if (!server.Uri.IsRelay)
                Ask(now, sockets, server);
            else if (HasRelay(server, streams))
                server.Stream?.Close();
            else if (server.Stream is { } stream)
                streams.Add(Allocate(now, TurnRelay.OverStream(Account(server), random, stream, PeerAddress.From(server.Address)), server, null));
            else if (FirstTowards(sockets, server.Address) is { } via && !server.Uri.IsStream)
                Allocate(now, TurnRelay.OverUdp(Account(server), random, via, PeerAddress.From(server.Address)), server, via);
        }

        (IsDone, _until) = (IsSettled, now + limit);
    }

    /// <summary>The way is looked for anew: do the relays stand?</summary>
    public void Verify(Instant now)
    {
        foreach (var asking in _relays)
            asking.Relay.Verify(now);
    }

    /// <summary>The peer has agreed to look anew: relays that are in doubt answer now, or are told of.</summary>
    /// <param name="now">Now.</param>
    /// <param name="inUse">What carried the call until then.</param>
    public void LimitDoubt(Instant now, IIceBase? inUse)
    {
        foreach (var asking in _relays)
        {
            if (asking.Relay.IsInDoubt && asking.DoubtUntil == Instant.Never)
                (asking.DoubtUntil, asking.HasCarried) = (now + DoubtLimit, asking.Relay == inUse);
        }
    }

    /// <summary>A socket is gone: what was asked from it is forgotten, and its relays are reached no more.</summary>
    public void Remove(Instant now, SocketBase socket, IceAgent agent, List<IIceBase> bases, List<IIceBase> streams)
    {
        Forget(_bindings, b => b.At == socket, static b => b.Binding.Dispose());
        Forget(_relays, r => r.Via == socket || r.Relay.Stream is { State: StreamState.Open } stream && stream.Local.SameHost(socket.Origin), r =>
        {
            streams.Remove(r.Relay);
            if (bases.Remove(r.Relay))
                agent.RemoveLocal(now, r.Relay.Origin);
            r.Relay.Dispose();
        });
    }

    /// <summary>A datagram from a server's address.</summary>
    /// <param name="now">Now.</param>
    /// <param name="at">The socket that it came in at.</param>
    /// <param name="from">Its sender.</param>
    /// <param name="datagram">Its bytes.</param>
    /// <param name="relay">The relay whose peer speaks, with <see cref="TurnReceived.Data"/>.</param>
    /// <param name="peer">That peer.</param>
    /// <param name="payload">Where its bytes stand.</param>
    public TurnReceived HandlePacket(
        Instant now, SocketBase at, in PeerAddress from, ReadOnlySpan<byte> datagram, out TurnRelay? relay, out TransportAddress peer, out Range payload)
    {
        (relay, peer, payload) = (null, default, default);
        foreach (var asking in _relays)
        {
            if (asking.Via != at || asking.Relay.Server != from)
                continue;
            relay = asking.Relay;
            var received = relay.HandlePacket(now, datagram, out peer, out payload);
            if (received != TurnReceived.Ignored)
                return received;
        }

        foreach (var asked in _bindings)
        {
            if (asked.At == at && asked.Server == from && asked.Binding.HandlePacket(now, datagram))
                return TurnReceived.Control;
        }

        return TurnReceived.Ignored;
    }

    /// <summary>Deadlines that have come.</summary>
    /// <returns>True when the relay that carried the call does not answer. It may yet: it is not given back.</returns>
    public bool HandleTimeout(Instant now)
    {
        bool isSilent = false;
        foreach (var asked in _bindings)
        {
            if (asked.Binding.PollTimeout() <= now)
                asked.Binding.HandleTimeout(now);
        }

        foreach (var asking in _relays)
        {
            if (asking.Relay.PollTimeout() <= now)
                asking.Relay.HandleTimeout(now);
            isSilent |= asking.DoubtUntil <= now && IsSilent(now, asking);
        }

        foreach (var server in _servers)
        {
            if (server.Until <= now)
                Judge(now, server);
        }

        IsDone |= _until <= now;
        return isSilent;
    }

    /// <summary>Sends what waits, and gives the agent what was learnt.</summary>
    /// <returns>True when there is something new for a description.</returns>
    public bool Drain(Instant now, IceAgent agent, List<IIceBase> bases, Span<byte> buffer)
    {
        bool isNews = false;
        foreach (var asked in _bindings)
        {
            while (asked.Binding.PollTransmit(buffer, out int length))
                asked.At.Send(buffer[..length], asked.Server);
            while (asked.Binding.PollEvent(out var happened))
                isNews |= Take(now, agent, asked, happened);
        }

        foreach (var asking in _relays)
        {
            while (asking.Relay.PollEvent(out var happened))
                isNews |= Take(now, agent, bases, asking, happened);
        }

        if (IsDone || !IsSettled)
            return isNews;
        return IsDone = true;
    }

    /// <summary>When something is due next.</summary>
    public Instant PollTimeout()
    {
        var next = IsDone ? Instant.Never : _until;
        foreach (var server in _servers)
            next = Instant.Min(next, server.Until);
        foreach (var asked in _bindings)
            next = Instant.Min(next, asked.Binding.PollTimeout());
        foreach (var asking in _relays)
            next = Instant.Min(next, Instant.Min(asking.Relay.PollTimeout(), asking.DoubtUntil));
        return next;
    }

    /// <summary>Gives the relays back; the servers are not waited for.</summary>
    public void Close(Instant now)
    {
        foreach (var asking in _relays)
            asking.Relay.Close(now);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var asked in _bindings)
            asked.Binding.Dispose();
        foreach (var asking in _relays)
            asking.Relay.Dispose();
        _bindings.Clear();
        _relays.Clear();
    }

    private void Ask(Instant now, IReadOnlyList<SocketBase> sockets, IceServer server)
    {
        foreach (var socket in sockets)
        {
            if (!Reaches(socket, server.Address) || _bindings.Count == MostBindings || IsAsked(socket, server))
                continue;
            var binding = new StunBinding(random, new() { KeepAlive = KeepAlive });
            _bindings.Add(new(binding, socket, PeerAddress.From(server.Address)));
            binding.Start(now);
            if (!_servers.Exists(s => s.Uri == server.Uri))
                _servers.Add(new(server.Uri) { Until = now + AnswerLimit });
            _servers.Find(s => s.Uri == server.Uri)!.Addresses.Add(PeerAddress.From(server.Address));
        }
    }

    private TurnRelay Allocate(Instant now, TurnRelay relay, IceServer server, SocketBase? via)
    {
        _relays.Add(new(relay, server, via) { DoubtUntil = now + DoubtLimit });
        relay.Allocate(now);
        return relay;
    }

    private bool IsAsked(SocketBase socket, IceServer server)
    {
        var address = PeerAddress.From(server.Address);
        return _bindings.Exists(b => b.At == socket && b.Server == address);
    }

    // One that ended may be asked for again.
    private bool HasRelay(IceServer server, List<IIceBase> streams)
    {
        var address = PeerAddress.From(server.Address);
        Forget(_relays, static r => r.HasEnded, r =>
        {
            streams.Remove(r.Relay);
            r.Relay.Dispose();
        });
        return _relays.Exists(r => r.Relay.Server == address && (r.Relay.Stream is null) == (server.Stream is null));
    }

    private static void Forget<T>(List<T> list, Predicate<T> which, Action<T> end)
    {
        list.FindAll(which).ForEach(end);
        list.RemoveAll(which);
    }

    private static TurnOptions Account(IceServer server) =>
        new() { Username = server.Uri.Username ?? "", Password = server.Uri.Password ?? "", WantsV6 = server.Address.IsV6 };

    private static SocketBase? FirstTowards(IReadOnlyList<SocketBase> sockets, in TransportAddress server)
    {
        foreach (var socket in sockets)
        {
            if (Reaches(socket, server))
                return socket;
        }

        return null;
    }

    private static bool Reaches(SocketBase socket, in TransportAddress server) =>
        socket.Origin.IsV6 == server.IsV6 && socket.Origin.IsLoopback == server.IsLoopback;

    private static bool Take(Instant now, IceAgent agent, Asked asked, StunBindingEvent happened)
    {
        asked.IsSettled = true;
        asked.Failure = (happened as StunBindingEvent.Failed)?.Cause;
        asked.HasAnswered |= happened is StunBindingEvent.Mapped;
        return happened is StunBindingEvent.Mapped mapped
            && agent.AddLocal(now, CandidateKind.ServerReflexive, mapped.Address, asked.At.Origin, asked.At.Origin, server: asked.Server.ToTransport()) is not null;
    }

    private bool Take(Instant now, IceAgent agent, List<IIceBase> bases, Asking asking, TurnEvent happened)
    {
        var server = asking.Relay.Server.ToTransport();
        switch (happened)
        {
            case TurnEvent.Allocated allocated:
                asking.IsSettled = asking.HasStood = true;
                asking.DoubtUntil = Instant.Never;
                bases.Add(asking.Relay);
                // What a connection is seen as is no address for datagrams.
                if (!allocated.Mapped.IsNone && asking.Via is { } via)
                    agent.AddLocal(now, CandidateKind.ServerReflexive, allocated.Mapped, via.Origin, via.Origin, server: server);
                return agent.AddLocal(now, CandidateKind.Relayed, allocated.Relayed, allocated.Relayed, allocated.Mapped, server: server, isByConnection: asking.Relay.Stream is not null) is not null;
            case TurnEvent.Ended ended:
                if (bases.Remove(asking.Relay))
                    agent.RemoveLocal(now, asking.Relay.Origin);
                if (TryAgain(now, asking, ended.Cause))
                    return true;
                if (ended.Cause != TurnEnd.Closed && !(ended.Cause == TurnEnd.TimedOut && asking.IsToldSilent))
                    RelayEnded?.Invoke(now, RelayEnds.Say(asking.Server.Uri, ended, asking.Relay.Stream?.End));
                asking.IsSettled = asking.HasEnded = true;
                return true;
            default:
                return false;
        }
    }

    private sealed record Asked(StunBinding Binding, SocketBase At, PeerAddress Server)
    {
        public bool IsSettled { get; set; }

        public bool HasAnswered { get; set; }

        public StunFailure? Failure { get; set; }
    }

    private sealed record StunServer(StunServerUri Uri)
    {
        public List<PeerAddress> Addresses { get; } = [];

        public Instant Until { get; set; }
    }

    // Of several sockets one may have no way there: who answered any of them is well.
    private void Judge(Instant now, StunServer server)
    {
        server.Until = Instant.Never;
        var asked = _bindings.FindAll(b => server.Addresses.Contains(b.Server));
        if (asked.Count == 0 || asked.Exists(b => b.HasAnswered))
            return;
        string why = asked.Find(b => b.Failure is not null)?.Failure switch
        {
            StunFailure.Refused => "it refuses",
            StunFailure.Malformed => "it says what cannot be",
            StunFailure.Redirected => "it sends us to another server",
            _ => "it does not answer",
        };
        StunEnded?.Invoke(now, $"the STUN server {server.Uri} tells nothing: {why}");
    }

    private bool IsSilent(Instant now, Asking asking)
    {
        asking.DoubtUntil = Instant.Never;
        if (!asking.Relay.IsInDoubt && asking.IsSettled)
            return false;
        if (!asking.IsToldSilent)
            RelayEnded?.Invoke(now, RelayEnds.Say(asking.Server.Uri, new TurnEvent.Ended(TurnEnd.TimedOut, 0, default), null));
        asking.IsToldSilent = true;
        return asking.HasCarried;
    }

    // The server is there, and has forgotten us: it was started anew. Over a connection that ends with it.
    private bool TryAgain(Instant now, Asking asking, TurnEnd cause)
    {
        if (cause != TurnEnd.Mismatch || !asking.HasStood || asking.Via is not { } via)
            return false;
        asking.Relay.Dispose();
        asking.Relay = TurnRelay.OverUdp(Account(asking.Server), random, via, PeerAddress.From(asking.Server.Address));
        asking.IsSettled = asking.HasStood = false;
        asking.Relay.Allocate(now);
        return true;
    }

    private sealed class Asking(TurnRelay relay, IceServer server, SocketBase? via)
    {
        public TurnRelay Relay { get; set; } = relay;

        public IceServer Server => server;

        public SocketBase? Via => via;

        public bool HasStood { get; set; }

        public Instant DoubtUntil { get; set; } = Instant.Never;

        public bool HasCarried { get; set; }

        public bool IsToldSilent { get; set; }

        public bool IsSettled { get; set; }

        public bool HasEnded { get; set; }
    }
}
