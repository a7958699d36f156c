// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Lab.Nats;

/// <summary>A network with addresses of its own, and the NAT that leads out of it.</summary>
/// <remarks>Thread: its network's.</remarks>
/// <param name="parent">What the NAT leads to; null for the public one.</param>
/// <param name="nat">The way out; null for the public one.</param>
internal sealed class NatRealm(NatRealm? parent, Nat? nat)
{
    /// <summary>What the NAT leads to.</summary>
    public NatRealm? Parent => parent;

    /// <summary>The way out.</summary>
    public Nat? Nat => nat;

    /// <summary>One way through the line behind the NAT.</summary>
    public TimeSpan Access { get; init; }

    /// <summary>Who is here.</summary>
    public List<NatHost> Hosts { get; } = [];

    /// <summary>Networks whose NATs have an address here.</summary>
    public List<NatRealm> Children { get; } = [];

    /// <summary>Names that multicast DNS resolves here.</summary>
    public Dictionary<string, TransportAddress> Names { get; } = [];

    /// <summary>A host here.</summary>
    /// <param name="address">Its address; each port is its own.</param>
    /// <param name="access">One way through its line.</param>
    public NatHost AddHost(string address, TimeSpan access = default)
    {
        var host = new NatHost(this, NatNetwork.Address(address, 0)) { Access = access };
        Hosts.Add(host);
        return host;
    }

    /// <summary>The way of a packet from here: where it ends, what it looks like there, how long that takes. Null when it gets nowhere.</summary>
    public NatRoute? FindRoute(Instant now, TransportAddress source, in TransportAddress to)
    {
        var delay = TimeSpan.Zero;
        for (var realm = this; ; realm = realm.Parent!)
        {
            if (realm.AccessOf(to) is { } access)
                return new NatRoute(realm, source, delay + access);
            if (realm.Nat is not { } way || (to.SameHost(way.Outside) && !way.Behavior.Hairpins) || way.Outbound(now, source, to) is not { } mapped)
                return null;
            source = mapped;
            delay += realm.Access;
        }
    }

    /// <summary>The way of a connection: NATs let all of them out. Null when nobody is there.</summary>
    public NatRoute? FindConnection(TransportAddress source, in TransportAddress to, SeededRandom random)
    {
        var delay = TimeSpan.Zero;
        for (var realm = this; realm is not null; realm = realm.Parent)
        {
            if (realm.AccessOf(to) is { } access)
                return new NatRoute(realm, source, delay + access);
            source = realm.Nat is { } way ? way.Outside.WithPort((ushort)(1024 + (random.NextBits() % 64000))) : source;
            delay += realm.Access;
        }

        return null;
    }

    /// <summary>Whom a packet that arrives here is for, through the NATs on the way.</summary>
    public (NatHost Host, TransportAddress Local)? FindHost(Instant now, TransportAddress from, TransportAddress to)
    {
        if (Hosts.Find(h => h.Address.SameHost(to)) is { } host)
            return (host, to);
        var child = Children.Find(c => c.Nat!.Outside.SameHost(to));
        return child?.Nat!.Inbound(now, to.Port, from) is { } inside ? child.FindHost(now, from, inside) : null;
    }

    private TimeSpan? AccessOf(TransportAddress to) =>
        Hosts.Find(h => h.Address.SameHost(to))?.Access ?? Children.Find(c => c.Nat!.Outside.SameHost(to))?.Access;
}

/// <summary>Where a packet arrives.</summary>
/// <param name="Realm">The realm of its target address.</param>
/// <param name="Source">Its source as seen there.</param>
/// <param name="Delay">What lies between, but for the sender's own access.</param>
internal readonly record struct NatRoute(NatRealm Realm, TransportAddress Source, TimeSpan Delay);

/// <summary>One interface of a host: an address in a realm.</summary>
/// <remarks>Thread: its network's.</remarks>
/// <param name="realm">Where.</param>
/// <param name="address">Port 0.</param>
internal sealed class NatHost(NatRealm realm, TransportAddress address)
{
    /// <summary>Where it is.</summary>
    public NatRealm Realm => realm;

    /// <summary>Its address, port 0.</summary>
    public TransportAddress Address => address;

    /// <summary>One way through its line.</summary>
    public TimeSpan Access { get; init; }

    /// <summary>False: nothing leaves, nothing comes.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>Takes datagrams: when, at which of its ports, from whom, what.</summary>
    public Action<Instant, TransportAddress, TransportAddress, byte[]>? OnDatagram { get; set; }

    /// <summary>Takes connections; null refuses them.</summary>
    public Action<NatStream>? OnConnection { get; set; }

    /// <summary>A datagram came.</summary>
    internal void Receive(Instant now, in TransportAddress local, in TransportAddress from, byte[] bytes) => OnDatagram?.Invoke(now, local, from, bytes);
}
