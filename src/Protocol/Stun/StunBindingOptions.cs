// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Stun;

/// <summary>How a server is asked.</summary>
internal sealed record StunBindingOptions
{
    /// <summary>The first wait before a repetition.</summary>
    public TimeSpan Rto { get; init; } = StunTransaction.DefaultRto;

    /// <summary>TCP or TLS: nothing is repeated.</summary>
    public bool IsReliable { get; init; }

    /// <summary>Asks again so long after each answer, to keep the NAT's mapping; zero asks once.</summary>
    public TimeSpan KeepAlive { get; init; }

    /// <summary>Long-term credentials, for servers that want them.</summary>
    public string? Username { get; init; }

    /// <summary>Goes with <see cref="Username"/>.</summary>
    public string? Password { get; init; }
}
