// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;

namespace Earshot.Media.Transport;

/// <summary>Opens a call's sockets: RTP on an even port, RTCP on the next (RFC 3550 §11), within the allowed range.</summary>
/// <remarks>Thread: any, one at a time for each engine (a lock that no real-time thread holds).</remarks>
internal sealed class MediaPorts(MediaEngineOptions options)
{
    private readonly Lock _gate = new();
    private int _cursor = options.FirstPort;

    /// <summary>Opens the pair.</summary>
    /// <param name="family">IPv4 or IPv6, by the peer's address.</param>
    /// <exception cref="MediaTransportException">No port is free in the range, or the address cannot be bound.</exception>
    public (UdpPort Rtp, UdpPort Rtcp) OpenPair(AddressFamily family)
    {
        var address = BindAddressFor(family);
        lock (_gate)
            return options.FirstPort == 0 ? OpenAnywhere(address) : OpenInRange(address);
    }

    private IPAddress BindAddressFor(AddressFamily family)
    {
        bool wildcard = options.BindAddress.Equals(IPAddress.Any) || options.BindAddress.Equals(IPAddress.IPv6Any);
        if (wildcard)
            return family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        if (options.BindAddress.AddressFamily != family)
            throw new MediaTransportException($"media is bound to {options.BindAddress}, which cannot reach an {(family == AddressFamily.InterNetwork ? "IPv4" : "IPv6")} peer");
        return options.BindAddress;
    }

    private (UdpPort Rtp, UdpPort Rtcp) OpenAnywhere(IPAddress address)
    {
        for (int attempt = 0; attempt < 64; attempt++)
        {
            var probe = Bind(address, 0) ?? throw new MediaTransportException($"cannot bind a media socket to {address}");
            int port = ((IPEndPoint)probe.LocalEndPoint!).Port;
            var other = port < 65535 ? Bind(address, port ^ 1) : null;
            if (other is not null)
                return (port & 1) == 0 ? (Wrap(probe), Wrap(other)) : (Wrap(other), Wrap(probe));
            probe.Dispose();
        }

        throw new MediaTransportException($"no pair of free UDP ports on {address}");
    }

    private (UdpPort Rtp, UdpPort Rtcp) OpenInRange(IPAddress address)
    {
        int first = (options.FirstPort + 1) & ~1;
        int pairs = (options.LastPort - first + 1) / 2;
        for (int attempt = 0; attempt < pairs; attempt++)
        {
            if (_cursor < first || _cursor + 1 > options.LastPort)
                _cursor = first;
            int port = _cursor;
            _cursor += 2;
            var rtp = Bind(address, port);
            if (rtp is null)
                continue;
            var rtcp = Bind(address, port + 1);
            if (rtcp is not null)
                return (Wrap(rtp), Wrap(rtcp));
            rtp.Dispose();
        }

        throw new MediaTransportException($"no free pair of media ports in {options.FirstPort}-{options.LastPort} on {address}: widen --media-ports");
    }

    private UdpPort Wrap(Socket socket) =>
        LinuxSystemCalls.Available && !options.PortableTransport ? new LinuxUdpPort(socket) : new PortableUdpPort(socket);

    private static Socket? Bind(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = false;
            socket.Bind(new IPEndPoint(address, port));
            MarkExpedited(socket);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    // DSCP EF (RFC 4594 §4.1) for voice; a system that refuses it sends best effort.
    private static void MarkExpedited(Socket socket)
    {
        try
        {
            if (socket.AddressFamily == AddressFamily.InterNetwork)
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService, 46 << 2);
            else if (OperatingSystem.IsLinux())
                socket.SetRawSocketOption(41, 67, BitConverter.GetBytes(46 << 2)); // IPPROTO_IPV6, IPV6_TCLASS
        }
        catch (SocketException)
        {
            // Not allowed here: best effort.
        }
    }
}
