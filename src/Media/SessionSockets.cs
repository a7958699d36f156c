// SPDX-License-Identifier: MIT
using Earshot.Media.Diagnostics;
using Earshot.Media.Transport;
using Earshot.Protocol;

namespace Earshot.Media;

/// <summary>A call on real sockets: what a worker watches, and the way from a datagram to <see cref="CallMedia"/>.</summary>
/// <remarks>
/// The first port is that of RTP towards the peer, the second that of RTCP which is not multiplexed; with ICE there is one more for each other address of ours.
/// Thread: the worker, once attached.
/// </remarks>
internal sealed class SessionSockets(IReadOnlyList<UdpPort> ports, CallMedia media, PeerAddress local, IEventSink events, PacketCapture? capture) : IWorkerCall
{
    private const int RtcpPort = 1;

    /// <inheritdoc/>
    public IReadOnlyList<UdpPort> Ports => ports;

    /// <summary>Socket errors survived.</summary>
    public long Errors => ports.Sum(port => port.Errors);

    /// <inheritdoc/>
    public void HandleDatagram(Instant now, Instant arrival, int port, in PeerAddress from, Span<byte> datagram)
    {
        capture?.Push(arrival, in from, port <= RtcpPort ? local : ports[port].Local, datagram);
        media.HandleDatagram(now, arrival, SocketOf(port), in from, datagram);
    }

    /// <inheritdoc/>
    public void HandleCapture(Instant now) => media.HandleCapture(now);

    /// <inheritdoc/>
    public void HandleTimeout(Instant now) => media.HandleTimeout(now);

    /// <inheritdoc/>
    public void HandleFailure(Instant now) => events.Push(new(MediaEventKind.Failed, now));

    /// <inheritdoc/>
    public Instant PollTimeout() => media.PollTimeout();

    /// <summary>Closes all sockets.</summary>
    public void Close()
    {
        foreach (var port in ports)
            port.Dispose();
    }

    private static int SocketOf(int port) => port switch
    {
        < RtcpPort => port,
        RtcpPort => CallMedia.RtcpSocket,
        _ => port - 1,
    };
}
