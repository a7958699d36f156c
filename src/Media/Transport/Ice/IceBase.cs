// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Transport.Ice;

/// <summary>One of our ways out (RFC 8445 §4, base): a socket, or a relay.</summary>
/// <param name="Address">Names it to the agent: the socket's address, or the relayed one.</param>
/// <param name="Sender">Sends from there.</param>
/// <param name="Relay">Set for a relay.</param>
internal sealed record IceBase(TransportAddress Address, IDatagramSender Sender, IceRelay? Relay = null);

/// <summary>What <see cref="IceLink"/> says of a datagram.</summary>
internal enum IceSource : byte
{
    /// <summary>STUN or TURN: dealt with.</summary>
    Taken,

    /// <summary>Of a pair that works: the peer's.</summary>
    Peer,

    /// <summary>Of nobody that ICE knows.</summary>
    Stranger,

    /// <summary>Without ICE, or before it is known whether the peer has it: others judge.</summary>
    Plain,
}
