// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Nats;

/// <summary>Which two NATs can be crossed directly, from their properties alone (RFC 5128 §3.3, with filtering told from mapping).</summary>
/// <remarks>
/// Each side knows one address of the other: what a server saw. A mapping that depends on the destination makes that address worthless to
/// send to unless the filter is open, and makes packets come from an address that nobody has sent to. So:
/// <code>
///   a steady, b steady   both send to what the other advertised: always
///   a steady, b moving   b reaches a from a port unknown: a's filter must not look at ports
///   a moving, b moving   one is open to anybody, the other does not look at ports, and one of both keeps its port for a host
/// </code>
/// </remarks>
internal static class NatTheory
{
    /// <summary>Can two endpoints behind these, each its own, reach each other without a relay?</summary>
    public static bool IsDirect(NatBehavior? a, NatBehavior? b)
    {
        if (a is { BlocksUdp: true } || b is { BlocksUdp: true })
            return false;
        return (IsSteady(a), IsSteady(b)) switch
        {
            (true, true) => true,
            (true, false) => !LooksAtPorts(a),
            (false, true) => !LooksAtPorts(b),
            _ => (KeepsPortForAHost(a!) || KeepsPortForAHost(b!)) && (Meet(a!, b!) || Meet(b!, a!)),
        };
    }

    private static bool Meet(NatBehavior open, NatBehavior other) => open.Filtering == NatScope.EndpointIndependent && !LooksAtPorts(other);

    private static bool IsSteady(NatBehavior? nat) => nat is null or { Mapping: NatScope.EndpointIndependent };

    private static bool KeepsPortForAHost(NatBehavior nat) => nat.Mapping != NatScope.AddressAndPortDependent;

    private static bool LooksAtPorts(NatBehavior? nat) => nat is { Filtering: NatScope.AddressAndPortDependent };
}
