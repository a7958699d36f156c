// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Stun;
using Earshot.Protocol.Turn;

namespace Earshot.Media.Transport.Ice;

/// <summary>Asks the servers what they see of us, and for relays (RFC 8445 §5.1.1.2), for as long as the call lasts.</summary>
/// <remarks>
/// <code>
///   Begin ─► a StunBinding for each socket and server of its family ─► server-reflexive ─┐
///        └─► an IceRelay for each TURN server, from the best socket ─► relayed, reflexive ┴─► IceAgent.AddLocal
/// </code>
/// What is not there when the time is up is in no description, but in use all the same: a peer learns it from the checks.
/// Pure: told the time. Thread: worker. Real-time once the servers have answered.
/// </remarks>
internal sealed class IceGathering(IRandomSource random) : IDisposable
{
    /// <summary>A NAT forgets a mapping after half a minute at the earliest (RFC 8445 §11).</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>No more bindings are under way at once: each is a packet that leaves in the same moment.</summary>
    private const int MostBindings = 8;

    private readonly List<Asked> _bindings = [];
    private readonly List<(IceRelay Relay, IceBase Via)> _relays = [];
    private Instant _until = Instant.Never;

    /// <summary>Everybody has answered, or the time is up.</summary>
    public bool IsDone { get; private set; } = true;

    /// <summary>Begins to ask; once.</summary>
    /// <param name="now">Now.</param>
    /// <param name="sockets">The best first.</param>
    /// <param name="servers">Whom.</param>
    /// <param name="limit">So long a description waits.</param>
    public void Begin(Instant now, IReadOnlyList<IceBase> sockets, IReadOnlyList<IceServer> servers, TimeSpan limit)
    {
        foreach (var server in servers)
        {
            if (!server.Uri.IsRelay)
                Ask(now, sockets, server);
            else if (FirstTowards(sockets, server.Address) is { } via && !server.Uri.IsStream)
                Allocate(now, via, server);
        }

        (IsDone, _until) = (_bindings.Count + _relays.Count == 0, now + limit);
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
        Instant now, IceBase at, in PeerAddress from, ReadOnlySpan<byte> datagram, out IceRelay? relay, out TransportAddress peer, out Range payload)
    {
        (relay, peer, payload) = (null, default, default);
        foreach (var (known, via) in _relays)
        {
            if (via != at || known.Server != from)
                continue;
            relay = known;
            var received = known.Client.HandlePacket(now, datagram, out peer, out payload);
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
    public void HandleTimeout(Instant now)
    {
        foreach (var asked in _bindings)
        {
            if (asked.Binding.PollTimeout() <= now)
                asked.Binding.HandleTimeout(now);
        }

        foreach (var (relay, _) in _relays)
        {
            if (relay.Client.PollTimeout() <= now)
                relay.Client.HandleTimeout(now);
        }

        IsDone |= _until <= now;
    }

    /// <summary>Sends what waits, and gives the agent what was learnt.</summary>
    /// <returns>True when there is something new for a description.</returns>
    public bool Drain(Instant now, IceAgent agent, List<IceBase> bases, Span<byte> buffer)
    {
        bool isNews = false;
        foreach (var asked in _bindings)
        {
            while (asked.Binding.PollTransmit(buffer, out int length))
                asked.At.Sender.Send(buffer[..length], asked.Server);
            while (asked.Binding.PollEvent(out var happened))
                isNews |= Take(now, agent, asked, happened);
        }

        foreach (var (relay, via) in _relays)
        {
            relay.Transmit(buffer);
            while (relay.Client.PollEvent(out var happened))
                isNews |= Take(now, agent, bases, relay, via, happened);
        }

        if (IsDone || !IsSettled)
            return isNews;
        return IsDone = true;
    }

    /// <summary>When something is due next.</summary>
    public Instant PollTimeout()
    {
        var next = IsDone ? Instant.Never : _until;
        foreach (var asked in _bindings)
            next = Instant.Min(next, asked.Binding.PollTimeout());
        foreach (var (relay, _) in _relays)
            next = Instant.Min(next, relay.Client.PollTimeout());
        return next;
    }

    /// <summary>Gives the relays back; the servers are not waited for.</summary>
    public void Close(Instant now, Span<byte> buffer)
    {
        foreach (var (relay, _) in _relays)
        {
            relay.Client.Close(now);
            relay.Transmit(buffer);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var asked in _bindings)
            asked.Binding.Dispose();
        foreach (var (relay, _) in _relays)
            relay.Dispose();
        _bindings.Clear();
        _relays.Clear();
    }

    private bool IsSettled => _bindings.TrueForAll(b => b.IsSettled) && _relays.TrueForAll(r => r.Relay.IsSettled);

    private void Ask(Instant now, IReadOnlyList<IceBase> sockets, IceServer server)
    {
        foreach (var socket in sockets)
        {
            if (!Reaches(socket, server.Address) || _bindings.Count == MostBindings)
                continue;
            var binding = new StunBinding(random, new() { KeepAlive = KeepAlive });
            _bindings.Add(new(binding, socket, PeerAddress.From(server.Address)));
            binding.Start(now);
        }
    }

    private void Allocate(Instant now, IceBase via, IceServer server)
    {
        var relay = new IceRelay(
            new() { Username = server.Uri.Username ?? "", Password = server.Uri.Password ?? "", WantsV6 = server.Address.IsV6 }, random, PeerAddress.From(server.Address), via.Sender);
        _relays.Add((relay, via));
        relay.Client.Allocate(now);
    }

    private static IceBase? FirstTowards(IReadOnlyList<IceBase> sockets, in TransportAddress server)
    {
        foreach (var socket in sockets)
        {
            if (Reaches(socket, server))
                return socket;
        }

        return null;
    }

    private static bool Reaches(IceBase socket, in TransportAddress server) =>
        socket.Address.IsV6 == server.IsV6 && socket.Address.IsLoopback == server.IsLoopback;

    private static bool Take(Instant now, IceAgent agent, Asked asked, StunBindingEvent happened)
    {
        asked.IsSettled = true;
        return happened is StunBindingEvent.Mapped mapped
            && agent.AddLocal(now, CandidateKind.ServerReflexive, mapped.Address, asked.At.Address, asked.At.Address, server: asked.Server.ToTransport()) is not null;
    }

    private static bool Take(Instant now, IceAgent agent, List<IceBase> bases, IceRelay relay, IceBase via, TurnEvent happened)
    {
        switch (happened)
        {
            case TurnEvent.Allocated allocated:
                relay.IsSettled = true;
                bases.Add(new(allocated.Relayed, relay, relay));
                if (!allocated.Mapped.IsNone && via.Relay is null)
                    agent.AddLocal(now, CandidateKind.ServerReflexive, allocated.Mapped, via.Address, via.Address, server: relay.Server.ToTransport());
                return agent.AddLocal(now, CandidateKind.Relayed, allocated.Relayed, allocated.Relayed, allocated.Mapped, server: relay.Server.ToTransport()) is not null;
            case TurnEvent.Ended:
                relay.IsSettled = true;
                if (bases.RemoveAll(b => b.Relay == relay) > 0)
                    agent.RemoveLocal(now, relay.Client.Relayed);
                return true;
            default:
                return false;
        }
    }

    private sealed record Asked(StunBinding Binding, IceBase At, PeerAddress Server)
    {
        public bool IsSettled { get; set; }
    }
}
