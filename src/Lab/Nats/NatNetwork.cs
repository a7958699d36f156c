// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Lab.Nats;

/// <summary>An internet in virtual time: hosts in realms, realms behind NATs, datagrams and connections between them.</summary>
/// <remarks>
/// <code>
///   host ─► realm ─(Nat: outbound, when it is sent)─► … ─► the realm of the target ─(delay)─► (Nat: inbound, when it arrives) ─► host
/// </code>
/// A realm is a network with addresses of its own: the public one, a home, a carrier's between them. What lies between two hosts adds up
/// from the accesses of hosts and realms on the way. Thread: one. Seeded: the same script gives the same course.
/// </remarks>
internal sealed class NatNetwork
{
    private readonly PriorityQueue<Action, (long At, long Order)> _flying = new();
    private readonly SeededRandom _dice;
    private long _order;

    /// <summary>Nothing is there yet.</summary>
    public NatNetwork(ulong seed)
    {
        Random = new SeededRandom(seed);
        _dice = new SeededRandom(Random.NextBits());
        Public = new NatRealm(null, null);
    }

    /// <summary>Seeds what belongs to the network.</summary>
    public SeededRandom Random { get; }

    /// <summary>Virtual time, as far as it has come.</summary>
    public Instant Now { get; private set; } = Instant.Zero;

    /// <summary>Everybody reaches it.</summary>
    public NatRealm Public { get; }

    /// <summary>Share of the datagrams that are lost.</summary>
    public double Loss { get; set; }

    /// <summary>Sees each datagram as it leaves its host; true takes it off the wire.</summary>
    public Func<NatDatagram, bool>? Intercept { get; set; }

    /// <summary>Datagrams that hosts sent.</summary>
    public long Sent { get; private set; }

    /// <summary>When something arrives next.</summary>
    public Instant NextArrival => _flying.TryPeek(out _, out var due) ? new Instant(due.At) : Instant.Never;

    /// <summary>A network behind a NAT of its own.</summary>
    /// <param name="behavior">The NAT's.</param>
    /// <param name="outside">The NAT's address in the network before it.</param>
    /// <param name="access">One way from the NAT into that network.</param>
    /// <param name="parent">That network; null is the public one.</param>
    public NatRealm AddRealm(NatBehavior behavior, string outside, TimeSpan access, NatRealm? parent = null)
    {
        parent ??= Public;
        var realm = new NatRealm(parent, new Nat(behavior, Address(outside, 0), new SeededRandom(Random.NextBits()))) { Access = access };
        parent.Children.Add(realm);
        return realm;
    }

    /// <summary>Takes an address apart; for scripts.</summary>
    public static TransportAddress Address(string text, int port) =>
        TransportAddress.TryParse(text, (ushort)port, out var address) ? address : throw new ArgumentException($"'{text}' is no address", nameof(text));

    /// <summary>Lets everything arrive that has by then.</summary>
    public void Run(Instant now)
    {
        while (NextArrival <= now)
        {
            Now = Instant.Max(Now, NextArrival);
            _flying.Dequeue()();
        }

        Now = Instant.Max(Now, now);
    }

    /// <summary>Does something when so much time has passed.</summary>
    public void After(TimeSpan delay, Action action) => _flying.Enqueue(action, ((Now + delay).Nanoseconds, _order++));

    /// <summary>Sends a datagram.</summary>
    /// <param name="host">Whose.</param>
    /// <param name="from">Its address and port.</param>
    /// <param name="to">Where to.</param>
    /// <param name="bytes">Copied.</param>
    public void Send(NatHost host, TransportAddress from, TransportAddress to, ReadOnlySpan<byte> bytes)
    {
        Sent++;
        var datagram = new NatDatagram(host, from, to, bytes.ToArray());
        if (Intercept?.Invoke(datagram) == true || !host.IsUp || _dice.NextUnit() < Loss)
            return;
        if (host.Realm.FindRoute(Now, from, to) is { } route)
            After(host.Access + route.Delay, () => Arrive(route.Realm, route.Source, to, datagram.Bytes));
    }

    /// <summary>Puts a datagram before a realm's hosts and NATs as if it came from anywhere: a forger's.</summary>
    public void Inject(TransportAddress from, TransportAddress to, byte[] bytes, NatRealm? at = null) =>
        Arrive(at ?? Public, from, to, bytes);

    /// <summary>Opens a connection: <see cref="NatStream.IsOpen"/> after a round trip, or never.</summary>
    public NatStream Connect(NatHost host, in TransportAddress to)
    {
        var (near, far) = NatStream.Pair(this, host, to);
        if (far is not null)
            near.Open(far);
        else
            After(host.Access, near.Break);
        return near;
    }

    private void Arrive(NatRealm realm, TransportAddress from, TransportAddress to, byte[] bytes)
    {
        if (realm.FindHost(Now, from, to) is { Host.IsUp: true } found)
            found.Host.Receive(Now, found.Local, from, bytes);
    }
}

/// <summary>A datagram as its host sent it.</summary>
/// <param name="Host">Who sent it.</param>
/// <param name="From">From where.</param>
/// <param name="To">Where to.</param>
/// <param name="Bytes">What it says.</param>
internal sealed record NatDatagram(NatHost Host, TransportAddress From, TransportAddress To, byte[] Bytes);
