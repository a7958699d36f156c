// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Nats;

/// <summary>The kinds of NAT that calls are tried through.</summary>
internal static class NatKinds
{
    /// <summary>A public address.</summary>
    public static readonly NatBehavior? None;

    /// <summary>A full cone.</summary>
    public static readonly NatBehavior Independent = new("independent") { PreservesPorts = true };

    /// <summary>A cone that lets in the hosts that were sent to.</summary>
    public static readonly NatBehavior AddressRestricted = new("address-restricted") { Filtering = NatScope.AddressDependent, PreservesPorts = true };

    /// <summary>A cone that lets in the ports that were sent to: what RFC 4787 asks for at least, and most homes have.</summary>
    public static readonly NatBehavior PortRestricted = new("port-restricted") { Filtering = NatScope.AddressAndPortDependent, PreservesPorts = true };

    /// <summary>The same with hairpinning, as large NATs of carriers have it (RFC 6888).</summary>
    public static readonly NatBehavior Hairpin = PortRestricted with { Name = "hairpin", Hairpins = true };

    /// <summary>Keeps no port, and forgets a mapping half a minute after the last packet.</summary>
    public static readonly NatBehavior PortChanging = PortRestricted with { Name = "port-changing", PreservesPorts = false, Lifetime = TimeSpan.FromSeconds(30) };

    /// <summary>Another port for each host.</summary>
    public static readonly NatBehavior AddressDependent = new("address-dependent") { Mapping = NatScope.AddressDependent, Filtering = NatScope.AddressDependent };

    /// <summary>Another port for each host and port.</summary>
    public static readonly NatBehavior Symmetric = new("symmetric") { Mapping = NatScope.AddressAndPortDependent, Filtering = NatScope.AddressAndPortDependent };

    /// <summary>A firewall that lets connections out and nothing else.</summary>
    public static readonly NatBehavior UdpBlocked = PortRestricted with { Name = "udp-blocked", BlocksUdp = true };

    /// <summary>All of them; null is none.</summary>
    public static IReadOnlyList<NatBehavior?> All { get; } =
        [None, Independent, AddressRestricted, PortRestricted, Hairpin, PortChanging, AddressDependent, Symmetric, UdpBlocked];

    /// <summary>What tables call it.</summary>
    public static string NameOf(NatBehavior? kind) => kind?.Name ?? "none";

    /// <summary>The kind of a name.</summary>
    public static NatBehavior? Named(string name) => All.First(k => NameOf(k) == name);
}
