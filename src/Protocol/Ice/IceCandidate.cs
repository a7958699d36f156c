// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Ice;

/// <summary>A transport address that may lead to an agent (RFC 8445 §5.1). Immutable.</summary>
internal sealed record IceCandidate
{
    /// <summary>The same for candidates that fail or succeed together (§5.1.1.3).</summary>
    public required string Foundation { get; init; }

    /// <summary>1 for RTP (with RTCP where both share a port), 2 for RTCP.</summary>
    public int Component { get; init; } = 1;

    /// <summary>What carries it.</summary>
    public CandidateTransport Transport { get; init; }

    /// <summary>Higher is better.</summary>
    public uint Priority { get; init; }

    /// <summary>Where peers send to; only the port while <see cref="HostName"/> is not resolved.</summary>
    public TransportAddress Address { get; init; }

    /// <summary>A name instead of an address: mDNS (<c>….local</c>) or a domain name, to be resolved.</summary>
    public string? HostName { get; init; }

    /// <summary>How it is known.</summary>
    public CandidateKind Kind { get; init; }

    /// <summary>Of a candidate of ours: the socket, or the relayed address, that packets leave from (§4).</summary>
    public TransportAddress Base { get; init; }

    /// <summary>raddr and rport; none when not written.</summary>
    public TransportAddress Related { get; init; }

    /// <summary>What the line says beyond that, as it was written: names and values, separated by spaces.</summary>
    public string Extensions { get; init; } = "";

    /// <summary>Over UDP and not over a relay: what nomination waits for.</summary>
    public bool IsDirect => Kind != CandidateKind.Relayed && Transport == CandidateTransport.Udp;

    /// <summary>Needs a resolver first.</summary>
    public bool IsName => HostName is not null;

    /// <summary>The value of an SDP attribute, <c>candidate:…</c>, without <c>a=</c>.</summary>
    public override string ToString() => CandidateLine.Write(this);
}
