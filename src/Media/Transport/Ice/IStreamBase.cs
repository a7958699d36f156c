// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Transport.Ice;

/// <summary>A base of ICE's (RFC 8445 §4) that is no UDP socket of the call: where packets leave from and come in, over one connection or several.</summary>
/// <remarks>
/// <code>
///   IceAgent.PollTransmit ─ origin == Origin ─► Send
///   told ─► while TryReceive ─► IceAgent.HandlePacket(now, Origin, remote, …) or media; then while TryTakeFailure ─► IceAgent.HandleTransportFailure
/// </code>
/// Thread: worker. Real-time once its connections stand.
/// </remarks>
internal interface IStreamBase
{
    /// <summary>What the agent calls it; none before it is known.</summary>
    TransportAddress Origin { get; }

    /// <summary>Sends one packet, now or soon.</summary>
    /// <returns>False when it will never leave.</returns>
    bool Send(Instant now, ReadOnlySpan<byte> packet, in TransportAddress remote);

    /// <summary>The next packet of a peer's, in place until the next call; it may be rewritten there. Go on until it says no: only then is the next one told.</summary>
    bool TryReceive(Instant now, out Span<byte> packet, out TransportAddress remote, out Instant arrival);

    /// <summary>The next remote that is reached no more.</summary>
    bool TryTakeFailure(out TransportAddress remote);
}
