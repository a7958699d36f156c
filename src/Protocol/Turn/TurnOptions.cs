// SPDX-License-Identifier: MIT
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Turn;

/// <summary>What an allocation is asked with.</summary>
internal sealed record TurnOptions
{
    /// <summary>The account's name.</summary>
    public required string Username { get; init; }

    /// <summary>The account's password.</summary>
    public required string Password { get; init; }

    /// <summary>TCP or TLS to the server: nothing is repeated, ChannelData is padded, a lost connection is the end.</summary>
    public bool IsReliable { get; init; }

    /// <summary>Asks for a relayed IPv6 address (RFC 8656 §18.8).</summary>
    public bool WantsV6 { get; init; }

    /// <summary>How long the allocation is to live without a Refresh.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The first wait before a repetition.</summary>
    public TimeSpan Rto { get; init; } = StunTransaction.DefaultRto;
}
