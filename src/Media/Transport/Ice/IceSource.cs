// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Transport.Ice;

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

/// <summary>Takes a packet that came over a connection.</summary>
/// <param name="now">Now.</param>
/// <param name="arrival">When it came.</param>
/// <param name="source">Whose it is.</param>
/// <param name="peer">Its sender, behind a relay if one carried it.</param>
/// <param name="packet">Its bytes; may be rewritten.</param>
internal delegate void IcePacketHandler(Instant now, Instant arrival, IceSource source, in PeerAddress peer, Span<byte> packet);
