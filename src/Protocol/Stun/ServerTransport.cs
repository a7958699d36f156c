// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Stun;

/// <summary>What carries packets to a STUN or TURN server.</summary>
internal enum ServerTransport : byte
{
    /// <summary>Datagrams.</summary>
    Udp,

    /// <summary>A connection in clear.</summary>
    Tcp,

    /// <summary>A connection by TLS; the server proves its name.</summary>
    Tls,
}
