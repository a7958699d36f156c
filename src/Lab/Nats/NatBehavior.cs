// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Nats;

/// <summary>What a mapping, or a filter, looks at (RFC 4787 §4.1, §5).</summary>
internal enum NatScope : byte
{
    /// <summary>Nothing of the other end.</summary>
    EndpointIndependent,

    /// <summary>The other end's address.</summary>
    AddressDependent,

    /// <summary>Its address and its port.</summary>
    AddressAndPortDependent,
}

/// <summary>How a NAT behaves, in the words of RFC 4787. Immutable.</summary>
/// <param name="Name">For tables and tests.</param>
internal sealed record NatBehavior(string Name)
{
    /// <summary>One outside port for all destinations, for each address, or for each address and port (§4.1).</summary>
    public NatScope Mapping { get; init; }

    /// <summary>Who may answer: anybody, addresses sent to, or addresses and ports sent to (§5).</summary>
    public NatScope Filtering { get; init; }

    /// <summary>The outside port is the inside one where that is free (§4.2.1).</summary>
    public bool PreservesPorts { get; init; }

    /// <summary>Packets from inside to an outside address of its own come in again, from an outside address (§6).</summary>
    public bool Hairpins { get; init; }

    /// <summary>A mapping that nothing left through for so long is gone, and the next one has another port (§4.3).</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>No UDP passes, in neither direction; connections to the outside do.</summary>
    public bool BlocksUdp { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
