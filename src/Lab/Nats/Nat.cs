// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Lab.Nats;

/// <summary>A NAT for UDP (RFC 4787): mappings outwards, filters inwards, both forgotten when nothing leaves through them.</summary>
/// <remarks>Thread: one. Told the time; the same seed gives the same ports.</remarks>
/// <param name="behavior">How it behaves.</param>
/// <param name="outside">Its address towards the world; the port is of no matter.</param>
/// <param name="random">Draws ports where they are not kept.</param>
internal sealed class Nat(NatBehavior behavior, TransportAddress outside, SeededRandom random)
{
    private const int FirstPort = 1024;
    private readonly Dictionary<(TransportAddress Inside, TransportAddress Key), Mapping> _mappings = [];
    private readonly Dictionary<ushort, Mapping> _ports = [];

    /// <summary>How it behaves.</summary>
    public NatBehavior Behavior { get; } = behavior;

    /// <summary>Its address towards the world, port 0.</summary>
    public TransportAddress Outside { get; } = outside.WithPort(0);

    /// <summary>Mappings that stand, the expired among them until somebody looks.</summary>
    public int Count => _ports.Count;

    /// <summary>A packet leaves: what the world sees as its source. Null when it does not get through.</summary>
    public TransportAddress? Outbound(Instant now, in TransportAddress inside, in TransportAddress to)
    {
        if (Behavior.BlocksUdp)
            return null;
        var key = (inside, KeyOf(to));
        if (_mappings.TryGetValue(key, out var mapping) && IsOver(now, mapping.UsedAt))
            Forget(key, mapping);
        if (!_mappings.TryGetValue(key, out mapping))
        {
            mapping = new Mapping(inside, PickPort(now, inside.Port));
            _mappings[key] = _ports[mapping.Port] = mapping;
        }

        mapping.UsedAt = now;
        mapping.Permitted[to] = now;
        return Outside.WithPort(mapping.Port);
    }

    /// <summary>A packet arrives: whom it is for. Null when there is no mapping, or its filter says no.</summary>
    public TransportAddress? Inbound(Instant now, ushort port, in TransportAddress from)
    {
        if (Behavior.BlocksUdp || !_ports.TryGetValue(port, out var mapping) || IsOver(now, mapping.UsedAt))
            return null;
        return Passes(now, mapping, from) ? mapping.Inside : null;
    }

    /// <summary>The box was switched off and on again.</summary>
    public void Forget()
    {
        _mappings.Clear();
        _ports.Clear();
    }

    private bool IsOver(Instant now, Instant usedAt) => now - usedAt > Behavior.Lifetime;

    private TransportAddress KeyOf(in TransportAddress to) => Behavior.Mapping switch
    {
        NatScope.AddressAndPortDependent => to,
        NatScope.AddressDependent => to.WithPort(0),
        _ => default,
    };

    private bool Passes(Instant now, Mapping mapping, TransportAddress from)
    {
        if (Behavior.Filtering == NatScope.EndpointIndependent)
            return true;
        foreach (var (to, at) in mapping.Permitted)
        {
            if (!IsOver(now, at) && (Behavior.Filtering == NatScope.AddressDependent ? to.SameHost(from) : to == from))
                return true;
        }

        return false;
    }

    private ushort PickPort(Instant now, ushort inside)
    {
        if (Behavior.PreservesPorts && IsFree(now, inside))
            return inside;
        ushort port;
        do
            port = (ushort)(FirstPort + (random.NextBits() % (65536 - FirstPort)));
        while (!IsFree(now, port));
        return port;
    }

    private bool IsFree(Instant now, ushort port) => !_ports.TryGetValue(port, out var mapping) || IsOver(now, mapping.UsedAt);

    private void Forget((TransportAddress Inside, TransportAddress Key) key, Mapping mapping)
    {
        _mappings.Remove(key);
        if (_ports.GetValueOrDefault(mapping.Port) == mapping)
            _ports.Remove(mapping.Port);
    }

    private sealed class Mapping(TransportAddress inside, ushort port)
    {
        public TransportAddress Inside => inside;
        public ushort Port => port;
        public Instant UsedAt { get; set; }
        public Dictionary<TransportAddress, Instant> Permitted { get; } = [];
    }
}
