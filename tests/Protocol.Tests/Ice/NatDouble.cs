// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Tests.Ice;

/// <summary>What stands between an agent and the world (the words of RFC 4787).</summary>
public enum NatKind
{
    /// <summary>A public address.</summary>
    None,

    /// <summary>Endpoint-independent mapping and filtering: a full cone.</summary>
    Independent,

    /// <summary>Endpoint-independent mapping, address-dependent filtering.</summary>
    AddressRestricted,

    /// <summary>Endpoint-independent mapping, address- and port-dependent filtering.</summary>
    PortRestricted,

    /// <summary>Address-dependent mapping and filtering.</summary>
    AddressDependent,

    /// <summary>Address- and port-dependent mapping and filtering.</summary>
    Symmetric,

    /// <summary>No UDP at all: only relays reached by TCP.</summary>
    UdpBlocked,
}

/// <summary>A NAT: mappings outwards, filters inwards.</summary>
internal sealed class NatDouble(NatKind kind, TransportAddress outside)
{
    private readonly Dictionary<(TransportAddress Inside, TransportAddress Key), ushort> _mappings = [];
    private readonly Dictionary<ushort, (TransportAddress Inside, HashSet<TransportAddress> Allowed)> _ports = [];
    private ushort _next = 20000;

    public TransportAddress Outside => outside;

    public TransportAddress? Outbound(TransportAddress inside, TransportAddress to)
    {
        if (kind == NatKind.UdpBlocked)
            return null;
        var key = kind switch
        {
            NatKind.Symmetric => to,
            NatKind.AddressDependent => to.WithPort(0),
            _ => default,
        };
        if (!_mappings.TryGetValue((inside, key), out ushort port))
        {
            // Ports are not kept: a mapping must not be guessable from the inside.
            port = _mappings[(inside, key)] = _next += 7;
            _ports[port] = (inside, []);
        }

        _ports[port].Allowed.Add(to);
        return outside.WithPort(port);
    }

    public TransportAddress? Inbound(ushort port, TransportAddress from)
    {
        if (!_ports.TryGetValue(port, out var mapping))
            return null;
        bool passes = kind switch
        {
            NatKind.Independent => true,
            NatKind.AddressRestricted or NatKind.AddressDependent => mapping.Allowed.Any(a => a.SameHost(from)),
            _ => mapping.Allowed.Contains(from),
        };
        return passes ? mapping.Inside : null;
    }
}
