// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Transport.Ice;

/// <summary>One of our ways out (RFC 8445 §4, base): a socket, a relay, or the TCP connections of an address.</summary>
/// <remarks>
/// <code>
///   IceAgent.PollTransmit ─ origin == Origin ─► Prepare, Send          chosen ─► Choose, Send
///   told ─► while TryReceive ─► IceAgent.HandlePacket(now, Origin, remote, …) or media; then while TryTakeFailure ─► IceAgent.HandleTransportFailure
/// </code>
/// Thread: worker. Sending and receiving are real-time once what carries them stands.
/// </remarks>
internal interface IIceBase : IDatagramSender
{
    /// <summary>Names it to the agent: the socket's address, the relayed one, or one with port 9; none before it is known.</summary>
    TransportAddress Origin { get; }

    /// <summary>A check is about to go there: permissions and connections are made now. Cheap when they are.</summary>
    void Prepare(Instant now, in TransportAddress remote);

    /// <summary>Media goes there from now on.</summary>
    void Choose(Instant now, in TransportAddress remote);

    /// <summary>The next packet of a peer's that came over a connection, in place until the next call; it may be rewritten there. Go on until it says no: only then is the next one told.</summary>
    bool TryReceive(Instant now, out Span<byte> packet, out PeerAddress remote, out Instant arrival);

    /// <summary>The next remote that is reached no more, while the others may be.</summary>
    bool TryTakeFailure(out TransportAddress remote);
}
