// SPDX-License-Identifier: MIT
using Earshot.Protocol.Ice;
using Earshot.Protocol.Tests.Sip;

namespace Earshot.Protocol.Tests.Ice;

/// <summary>One agent with its sockets, its NAT and its relay.</summary>
internal sealed class IceNode
{
    public required string Name { get; init; }
    public required IceAgent Agent { get; init; }
    public List<TransportAddress> Hosts { get; } = [];
    public TransportAddress Relay { get; set; }
    public HashSet<TransportAddress> Permitted { get; } = [];
    public Dictionary<TransportAddress, NatDouble> Nats { get; } = [];
    public HashSet<TransportAddress> DeadBases { get; } = [];
    public List<(Instant At, IceEvent Happened)> Events { get; } = [];
    public int Sent { get; set; }
    public int Restarts { get; set; }

    public IEnumerable<IcePath?> Paths => Events.Select(e => e.Happened).OfType<IceEvent.Selected>().Select(s => s.Path);
    public Instant FirstAt(Func<IceEvent, bool> wanted) => Events.First(e => wanted(e.Happened)).At;
    public bool Has<T>() => Events.Any(e => e.Happened is T);
}

/// <summary>Two agents and a network between them, in virtual time: delay, loss, NATs, relays; all from one seed.</summary>
internal sealed class IceWorld(int seed = 1) : IDisposable
{
    private static readonly TransportAddress StunServer = Address("192.0.2.1", 3478);
    private readonly PriorityQueue<Datagram, (long, long)> _flying = new();
    private readonly Random _dice = new(seed);
    private readonly byte[] _buffer = new byte[1500];
    private long _order;

    public Instant Now { get; private set; } = Instant.Zero;
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(20);
    public double Loss { get; set; }
    public List<IceNode> Nodes { get; } = [];

    /// <summary>Sees each datagram before it flies; true keeps it on the ground.</summary>
    public Func<IceNode, TransportAddress, TransportAddress, byte[], bool>? Intercept { get; set; }

    public static TransportAddress Address(string text, int port)
    {
        Assert.True(TransportAddress.TryParse(text, (ushort)port, out var address));
        return address;
    }

    public IceNode Add(string name, IceOptions options)
    {
        var node = new IceNode { Name = name, Agent = new IceAgent(options, new SeededRandom(seed + (1000 * (Nodes.Count + 1)))) };
        Nodes.Add(node);
        return node;
    }

    /// <summary>A socket behind a NAT (or none), with what a STUN server says of it.</summary>
    public TransportAddress AddHost(IceNode node, NatKind kind, string? lan = null, bool hostCandidate = true)
    {
        int number = Nodes.IndexOf(node) + 1, index = node.Hosts.Count + 1;
        var outside = Address($"198.51.{100 + number}.{index}", 0);
        var origin = kind == NatKind.None && lan is null ? outside.WithPort(5004) : Address(lan ?? $"10.{number}.{index}.2", 5004);
        node.Hosts.Add(origin);
        if (kind != NatKind.None)
            node.Nats[origin] = new NatDouble(kind, outside);
        if (hostCandidate)
            node.Agent.AddLocal(Now, CandidateKind.Host, origin, origin);
        if (kind != NatKind.None && node.Nats[origin].Outbound(origin, StunServer) is { } mapped)
            node.Agent.AddLocal(Now, CandidateKind.ServerReflexive, mapped, origin, origin, server: StunServer);
        return origin;
    }

    public void AddRelay(IceNode node)
    {
        node.Relay = Address("203.0.113.9", 49000 + Nodes.IndexOf(node));
        node.Agent.AddLocal(Now, CandidateKind.Relayed, node.Relay, node.Relay, server: Address("203.0.113.9", 3478));
    }

    public void Signal(IceNode from, IceNode to)
    {
        from.Agent.CompleteLocal(Now);
        to.Agent.SetRemote(Now, IceDescription.Read(from.Agent.LocalDescription.ToAttributes())!);
    }

    /// <summary>Offer and answer, each taking a one-way delay of signalling.</summary>
    public void Negotiate(IceNode offerer, IceNode answerer)
    {
        Signal(offerer, answerer);
        Run(40);
        Signal(answerer, offerer);
    }

    public void Run(double milliseconds)
    {
        var end = Now + TimeSpan.FromMilliseconds(milliseconds);
        Drain();
        while (Next() is var next && next <= end)
        {
            Now = Instant.Max(Now, next);
            if (_flying.TryPeek(out _, out var due) && due.Item1 <= Now.Nanoseconds)
                Arrive(_flying.Dequeue());
            foreach (var node in Nodes)
            {
                if (node.Agent.PollTimeout() <= Now)
                    node.Agent.HandleTimeout(Now);
            }

            Drain();
        }

        Now = end;
    }

    public bool RunUntil(Func<bool> done, double milliseconds)
    {
        for (double spent = 0; spent < milliseconds; spent += 10)
        {
            if (done())
                return true;
            Run(10);
        }

        return done();
    }

    public void Drain()
    {
        foreach (var node in Nodes)
        {
            while (node.Agent.PollTransmit(_buffer, out int length, out var origin, out var to))
            {
                node.Sent++;
                Send(node, origin, to, _buffer[..length]);
            }

            while (node.Agent.PollEvent(out var happened))
                node.Events.Add((Now, happened));
        }
    }

    public void Send(IceNode node, TransportAddress origin, TransportAddress to, byte[] bytes)
    {
        if (Intercept?.Invoke(node, origin, to, bytes) == true || node.DeadBases.Contains(origin) || _dice.NextDouble() < Loss)
            return;
        var delay = Delay;
        TransportAddress source;
        if (origin == node.Relay)
        {
            node.Permitted.Add(to.WithPort(0));
            (source, delay) = (origin, 1.5 * delay);
        }
        else if (node.Hosts.Contains(origin))
        {
            var neighbour = Nodes.Find(n => n.Hosts.Contains(to) && SameLan(origin, to));
            source = neighbour is not null || !node.Nats.TryGetValue(origin, out var nat) ? origin : nat.Outbound(origin, to) ?? default;
        }
        else
        {
            return;
        }

        if (!source.IsNone)
            Fly(source, to, bytes, delay);
    }

    /// <summary>A packet from anywhere.</summary>
    public void Fly(TransportAddress source, TransportAddress to, byte[] bytes, TimeSpan delay) =>
        _flying.Enqueue(new(source, to, bytes), ((Now + delay).Nanoseconds, _order++));

    public void Dispose()
    {
        foreach (var node in Nodes)
            node.Agent.Dispose();
    }

    private static bool SameLan(TransportAddress a, TransportAddress b) => a.Low >> 8 == b.Low >> 8 && a.IsV6 == b.IsV6;

    private Instant Next()
    {
        var next = _flying.TryPeek(out _, out var due) ? new Instant(due.Item1) : Instant.Never;
        foreach (var node in Nodes)
            next = Instant.Min(next, node.Agent.PollTimeout());
        return next;
    }

    private void Arrive(Datagram datagram)
    {
        foreach (var node in Nodes)
        {
            if (Locate(node, datagram) is { } origin && !node.DeadBases.Contains(origin))
            {
                node.Agent.HandlePacket(Now, origin, datagram.From, datagram.Bytes);
                return;
            }
        }
    }

    private static TransportAddress? Locate(IceNode node, Datagram datagram)
    {
        if (datagram.To == node.Relay)
            return node.Permitted.Contains(datagram.From.WithPort(0)) ? node.Relay : null;
        foreach (var host in node.Hosts)
        {
            bool isBehindNat = node.Nats.TryGetValue(host, out var nat);
            if (datagram.To == host && (!isBehindNat || SameLan(datagram.From, host)))
                return host;
            if (isBehindNat && datagram.To.SameHost(nat!.Outside) && nat.Inbound(datagram.To.Port, datagram.From) is { } inside)
                return inside;
        }

        return null;
    }

    private sealed record Datagram(TransportAddress From, TransportAddress To, byte[] Bytes);
}
