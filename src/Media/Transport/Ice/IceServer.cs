// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Streams;
using Earshot.Protocol;
using Earshot.Protocol.Stun;

namespace Earshot.Media.Transport.Ice;

/// <summary>A STUN or TURN server whose address is known.</summary>
/// <param name="Uri">As it was written; says whether a relay is wanted, and with which account.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Stream">The connection to it, under way; whoever takes the server on closes it. Null for one that takes datagrams.</param>
internal sealed record IceServer(StunServerUri Uri, TransportAddress Address, StreamPort? Stream = null);
