// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>What is needed to be reached at a server.</summary>
internal sealed record SipAccountOptions
{
    /// <summary>Our address of record, <c>sip:user@domain</c>.</summary>
    public required string AddressOfRecord { get; init; }

    /// <summary>Where we register: a URI without a user.</summary>
    public required string Registrar { get; init; }

    /// <summary>The outbound proxy, by which everything goes; null for none.</summary>
    public string? Proxy { get; init; }

    /// <summary>The display name of From; empty for none.</summary>
    public string DisplayName { get; init; } = "";

    /// <summary>Name and password; null where none is asked for.</summary>
    public SipCredentials? Credentials { get; init; }

    /// <summary>The user part of our Contact: calls that come for it are this account's. Of this account alone, and hard to guess.</summary>
    public required string ContactUser { get; init; }

    /// <summary>Which installation this is, <c>urn:uuid:…</c> (RFC 5626 §4.1); null to say nothing.</summary>
    public string? Instance { get; init; }

    /// <summary>How long a registration is asked to last.</summary>
    public TimeSpan Expires { get; init; } = TimeSpan.FromMinutes(10);
}
