// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Stun;

namespace Earshot.Media.Transport.Ice;

/// <summary>A STUN or TURN server whose address is known. Immutable.</summary>
/// <param name="Uri">As it was written; says whether a relay is wanted, and with which account.</param>
/// <param name="Address">Where it is.</param>
internal sealed record IceServer(StunServerUri Uri, TransportAddress Address);
