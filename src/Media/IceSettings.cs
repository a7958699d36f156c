// SPDX-License-Identifier: MIT
using System.Security.Cryptography.X509Certificates;
using Earshot.Protocol.Stun;

namespace Earshot.Media;

/// <summary>How a call looks for ways to its peer.</summary>
internal sealed record IceSettings
{
    /// <summary>STUN and TURN servers to ask; none looks at our own addresses alone, and waits for nothing.</summary>
    public IReadOnlyList<StunServerUri> Servers { get; init; } = [];

    /// <summary>Roots believed besides the system's, of servers that are reached over TLS.</summary>
    public X509Certificate2Collection Roots { get; init; } = [];

    /// <summary>Peers that take candidates later are told them as they come (RFC 8838): no answer to such a peer, and no restart, waits for servers.</summary>
    public bool Trickles { get; init; } = true;

    /// <summary>So long an offer or answer waits for their answers, looking up their names included.</summary>
    public TimeSpan GatheringLimit { get; init; } = TimeSpan.FromMilliseconds(500);
}
