// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Ice;

/// <summary>How a candidate came to be known (RFC 8445 §5.1.1).</summary>
internal enum CandidateKind : byte
{
    /// <summary>An address of an interface.</summary>
    Host,

    /// <summary>Seen by the peer in a check.</summary>
    PeerReflexive,

    /// <summary>Seen by a STUN or TURN server: the NAT's.</summary>
    ServerReflexive,

    /// <summary>An address of a TURN server.</summary>
    Relayed,
}

/// <summary>What carries the packets (RFC 8839 §5.1, RFC 6544 §4.5).</summary>
internal enum CandidateTransport : byte
{
    Udp,

    /// <summary>Opens connections; its port is 9, which stands for any.</summary>
    TcpActive,

    /// <summary>Takes connections.</summary>
    TcpPassive,

    /// <summary>Both at the same time: read, never paired.</summary>
    TcpSimultaneous,
}
