// SPDX-License-Identifier: MIT
using Earshot.Media.Diagnostics;
using Earshot.Media.Transport;
using Earshot.Protocol;

namespace Earshot.Media;

/// <summary>A call on real sockets: what a worker watches, and the way from a datagram to <see cref="CallMedia"/>.</summary>
/// <remarks>
/// The first port is that of RTP towards the peer, the second that of RTCP which is not multiplexed; with ICE there is one more for each other address of ours,
/// and these, and the first, come and go with the addresses.
/// Thread: the worker, once attached; <see cref="Errors"/>: any.
/// </remarks>
internal sealed class SessionSockets : IWorkerCall
{
    private const int RtcpPort = 1;

    private readonly UdpPort?[] _ports = new UdpPort?[MediaWorker.MostPorts];
    private readonly CallMedia _media;
    private readonly PeerAddress _local;
    private readonly IEventSink _events;
    private readonly PacketCapture? _capture;
    private long _errorsOfGone;

    /// <summary>Takes the sockets over.</summary>
    public SessionSockets(IReadOnlyList<UdpPort> ports, CallMedia media, PeerAddress local, IEventSink events, PacketCapture? capture)
    {
        (_media, _local, _events, _capture) = (media, local, events, capture);
        for (int i = 0; i < ports.Count; i++)
            _ports[i] = ports[i];
    }

    /// <inheritdoc/>
    public IReadOnlyList<UdpPort?> Ports => _ports;

    /// <summary>Socket errors survived.</summary>
    public long Errors => _ports.Sum(port => port?.Errors ?? 0) + Volatile.Read(ref _errorsOfGone);

    /// <summary>One more socket, as ICE numbers them.</summary>
    /// <exception cref="MediaTransportException">It cannot be watched; it is closed.</exception>
    public void Add(MediaWorker worker, int socket, UdpPort port)
    {
        int index = PortOf(socket);
        _ports[index] = port;
        try
        {
            worker.AddPort(this, index);
        }
        catch (MediaTransportException)
        {
            _ports[index] = null;
            port.Dispose();
            throw;
        }
    }

    /// <summary>Closes one.</summary>
    public void Remove(MediaWorker worker, int socket)
    {
        int index = PortOf(socket);
        if (_ports[index] is not { } gone)
            return;
        worker.RemovePort(this, index);
        _ports[index] = null;
        _errorsOfGone += gone.Errors;
        gone.Dispose();
    }

    /// <inheritdoc/>
    public void HandleDatagram(Instant now, Instant arrival, int port, in PeerAddress from, Span<byte> datagram)
    {
        _capture?.Push(arrival, in from, port <= RtcpPort ? _local : _ports[port]!.Local, datagram);
        _media.HandleDatagram(now, arrival, SocketOf(port), in from, datagram);
    }

    /// <inheritdoc/>
    public void HandleCapture(Instant now) => _media.HandleCapture(now);

    /// <inheritdoc/>
    public void HandleTimeout(Instant now) => _media.HandleTimeout(now);

    /// <inheritdoc/>
    public void HandleFailure(Instant now) => _events.Push(new(MediaEventKind.Failed, now));

    /// <inheritdoc/>
    public Instant PollTimeout() => _media.PollTimeout();

    /// <summary>Closes all sockets.</summary>
    public void Close()
    {
        foreach (var port in _ports)
            port?.Dispose();
    }

    private static int SocketOf(int port) => port switch
    {
        < RtcpPort => port,
        RtcpPort => CallMedia.RtcpSocket,
        _ => port - 1,
    };

    private static int PortOf(int socket) => socket == 0 ? 0 : socket + 1;
}
