// SPDX-License-Identifier: MIT
namespace Earshot;

/// <summary>Who somebody is at a SIP server. Its text says nothing of the password.</summary>
public sealed record Account
{
    /// <summary>What people call it: <c>home</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The address of record, <c>sip:alice@example.org</c>.</summary>
    public required string Uri { get; init; }

    /// <summary>The name that the server knows; null for the user of <see cref="Uri"/>.</summary>
    public string? Username { get; init; }

    /// <summary>The password; null where the server asks for none.</summary>
    public string? Password { get; init; }

    /// <summary>Where to register; null for the domain of <see cref="Uri"/>.</summary>
    public string? Registrar { get; init; }

    /// <summary>The server that everything goes through; null for none.</summary>
    public string? Proxy { get; init; }

    /// <summary>What leads to the servers; null for what their names say (RFC 3263).</summary>
    public SipTransportChoice? Transport { get; init; }

    /// <summary>Shown to the people we call; null for the phone's own.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Taken where none is named.</summary>
    public bool IsDefault { get; init; }

    /// <summary>How long a registration is asked to last, seconds: 60 to 86400.</summary>
    public int Expires { get; init; } = 600;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} <{Uri}>";
}
