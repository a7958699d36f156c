// SPDX-License-Identifier: MIT
using Earshot.Media.Diagnostics;
using Earshot.Media.Transport;
using Earshot.Protocol;

namespace Earshot.Media;

/// <summary>A call on real sockets: what a worker watches, and the way from a datagram to <see cref="CallMedia"/>.</summary>
/// <remarks>Thread: the worker, once attached.</remarks>
internal sealed class SessionSockets(UdpPort rtp, UdpPort rtcp, CallMedia media, PeerAddress local, IEventSink events, PacketCapture? capture) : IWorkerCall
{
    /// <inheritdoc/>
    public UdpPort RtpPort => rtp;

    /// <inheritdoc/>
    public UdpPort RtcpPort => rtcp;

    /// <summary>Socket errors survived.</summary>
    public long Errors => rtp.Errors + rtcp.Errors;

    /// <inheritdoc/>
    public void HandleDatagram(Instant now, Instant arrival, in PeerAddress from, Span<byte> datagram)
    {
        capture?.Push(arrival, in from, in local, datagram);
        media.HandleDatagram(now, arrival, in from, datagram);
    }

    /// <inheritdoc/>
    public void HandleCapture(Instant now) => media.HandleCapture(now);

    /// <inheritdoc/>
    public void HandleTimeout(Instant now) => media.HandleTimeout(now);

    /// <inheritdoc/>
    public void HandleFailure(Instant now) => events.Push(new(MediaEventKind.Failed, now));

    /// <inheritdoc/>
    public Instant PollTimeout() => media.PollTimeout();

    /// <summary>Closes both sockets.</summary>
    public void Close()
    {
        rtp.Dispose();
        rtcp.Dispose();
    }
}
