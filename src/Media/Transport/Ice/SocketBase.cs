// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Transport.Ice;

/// <summary>A UDP socket of the call as a base: what comes in there is brought by whoever waits for it.</summary>
/// <remarks>Thread: worker. Real-time.</remarks>
/// <param name="origin">Where it is bound; no wildcard.</param>
/// <param name="socket">It.</param>
internal sealed class SocketBase(TransportAddress origin, IDatagramSender socket) : IIceBase
{
    /// <inheritdoc/>
    public TransportAddress Origin => origin;

    /// <inheritdoc/>
    public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to) => socket.Send(datagram, to);

    /// <inheritdoc/>
    public void Prepare(Instant now, in TransportAddress remote)
    {
    }

    /// <inheritdoc/>
    public void Choose(Instant now, in TransportAddress remote)
    {
    }

    /// <inheritdoc/>
    public bool TryReceive(Instant now, out Span<byte> packet, out PeerAddress remote, out Instant arrival)
    {
        packet = default;
        (remote, arrival) = (default, now);
        return false;
    }

    /// <inheritdoc/>
    public bool TryTakeFailure(out TransportAddress remote)
    {
        remote = default;
        return false;
    }
}
