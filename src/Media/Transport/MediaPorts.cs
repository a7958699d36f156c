// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Text;
using Earshot.Media.Transport.Ice;

namespace Earshot.Media.Transport;

/// <summary>Opens a call's sockets: RTP on an even port, RTCP on the next (RFC 3550 §11), within the allowed range.</summary>
/// <remarks>Thread: any, one at a time for each engine (a lock that no real-time thread holds).</remarks>
/// <param name="options">Where to bind.</param>
/// <param name="create">Makes a datagram socket; null for the system's own.</param>
internal sealed class MediaPorts(MediaEngineOptions options, Func<AddressFamily, Socket>? create = null)
{
    private readonly Lock _gate = new();
    private readonly Func<AddressFamily, Socket> _create = create ?? (family => new Socket(family, SocketType.Dgram, ProtocolType.Udp));
    private int _cursor = options.FirstPort;

    /// <summary>Opens the pair.</summary>
    /// <param name="family">IPv4 or IPv6, by the peer's address.</param>
    /// <exception cref="MediaTransportException">No port is free in the range, the address cannot be bound, or the process may open no more sockets.</exception>
    public (UdpPort Rtp, UdpPort Rtcp) OpenPair(AddressFamily family)
    {
        var address = BindAddressFor(family);
        lock (_gate)
            return options.FirstPort == 0 ? OpenAnywhere(address) : OpenInRange(address);
    }

    /// <summary>Opens a pair on one address of ours, and one more socket on each other one: what ICE chooses among.</summary>
    /// <param name="addresses">The one towards the peer first. Others that cannot be bound (an interface went down) are left out.</param>
    /// <returns>RTP and RTCP of the first, then one of each other.</returns>
    /// <exception cref="MediaTransportException">As <see cref="OpenPair"/>, of the first.</exception>
    public IReadOnlyList<UdpPort> OpenAll(IReadOnlyList<IPAddress> addresses)
    {
        lock (_gate)
        {
            var (rtp, rtcp) = options.FirstPort == 0 ? OpenAnywhere(addresses[0]) : OpenInRange(addresses[0]);
            List<UdpPort> ports = [rtp, rtcp];
            foreach (var address in addresses.Skip(1))
            {
                if (TryOpenLike(rtp.LocalEndPoint.Port, address) is { } port)
                    ports.Add(port);
            }

            return ports;
        }
    }

    /// <summary>Opens one more socket for a call, on an address that came later.</summary>
    /// <param name="number">The port that is tried first.</param>
    /// <param name="address">Where.</param>
    /// <returns>Null when it cannot be bound (yet: IPv6 makes sure of a new address first).</returns>
    public UdpPort? TryOpen(int number, IPAddress address)
    {
        lock (_gate)
            return TryOpenLike(number, address);
    }

    // The same number, which is in the allowed range; else any, where any is allowed.
    private UdpPort? TryOpenLike(int number, IPAddress address)
    {
        Socket? socket = null;
        try
        {
            socket = Bind(address, number) ?? (options.FirstPort == 0 ? Bind(address, 0) : null);
            if (socket is null)
                return null;
            KeepToInterface(socket, address);
            return Wrap(socket);
        }
        catch (Exception e) when (e is MediaTransportException or SocketException)
        {
            socket?.Dispose();
            return null;
        }
    }

    // Linux sends along the best route whatever the address: the second line would be the first one under another name, and die with it.
    // The socket towards the peer stays free, as its address already is that of the best route.
    private static void KeepToInterface(Socket socket, IPAddress address)
    {
        const int BindToDevice = 25;
        if (!OperatingSystem.IsLinux() || HostAddresses.InterfaceOf(address) is not { } name)
            return;
        try
        {
            socket.SetRawSocketOption(1, BindToDevice, Encoding.ASCII.GetBytes(name + "\0")); // SOL_SOCKET
        }
        catch (SocketException)
        {
            // Kernels before 5.7 allow it to root alone: the best route, then.
        }
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
            if (TryPair(probe, address, port ^ 1) is { } pair)
                return (port & 1) == 0 ? pair : (pair.Second, pair.First);
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
            if (Bind(address, port) is { } rtp && TryPair(rtp, address, port + 1) is { } pair)
                return pair;
        }

        throw new MediaTransportException($"no free pair of media ports in {options.FirstPort}-{options.LastPort} on {address}: widen --media-ports");
    }

    // Takes the first socket over: it is closed unless both ports stand.
    private (UdpPort First, UdpPort Second)? TryPair(Socket first, IPAddress address, int otherPort)
    {
        Socket? second = null;
        bool stand = false;
        try
        {
            second = Bind(address, otherPort);
            if (second is null)
                return null;
            var pair = (Wrap(first), Wrap(second));
            stand = true;
            return pair;
        }
        catch (SocketException e)
        {
            throw Refusal(address, e);
        }
        finally
        {
            if (!stand)
            {
                first.Dispose();
                second?.Dispose();
            }
        }
    }

    private UdpPort Wrap(Socket socket) =>
        LinuxSystemCalls.Available && !options.PortableTransport ? new LinuxUdpPort(socket) : new PortableUdpPort(socket);

    // Null when the port is another's (Windows calls the ranges it keeps for itself forbidden).
    private Socket? Bind(IPAddress address, int port)
    {
        Socket? socket = null;
        try
        {
            socket = _create(address.AddressFamily);
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = false;
            socket.Bind(new IPEndPoint(address, port));
            MarkExpedited(socket);
            return socket;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            if (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
                return null;
            throw Refusal(address, e);
        }
    }

    private static MediaTransportException Refusal(IPAddress address, SocketException e) =>
        e.SocketErrorCode == SocketError.TooManyOpenSockets
            ? new("no media socket: the process has as many files open as it may; end some calls, or raise the limit (ulimit -n)", e)
            : new($"cannot bind a media socket to {address}: {e.Message}", e);

    /// <summary>DSCP EF (RFC 4594 §4.1) for voice; a system that refuses it sends best effort.</summary>
    internal static void MarkExpedited(Socket socket)
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
