// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Protocol;

namespace Earshot.Media.Transport;

/// <summary>A UDP socket by the framework alone: 0 B a packet; an error costs an exception, so an empty socket is asked first.</summary>
/// <remarks>Thread: its worker. Real-time.</remarks>
internal sealed class PortableUdpPort : UdpPort
{
    private readonly SocketAddress _from;
    private readonly SocketAddress _to;
    private readonly bool _isV6;
    private PeerAddress _toValue;

    /// <summary>Wraps a bound socket.</summary>
    public PortableUdpPort(Socket socket)
        : base(socket)
    {
        socket.Blocking = false;
        _isV6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        _from = new SocketAddress(socket.AddressFamily);
        _to = new SocketAddress(socket.AddressFamily);
        if (OperatingSystem.IsWindows())
            IgnoreConnectionReset(socket);
    }

    /// <inheritdoc/>
    public override bool TryReceive(Instant now, long wallClockOffset, Span<byte> buffer, out int length, out PeerAddress from, out Instant arrival)
    {
        arrival = now;
        for (int attempt = 0; attempt < 8; attempt++)
        {
            try
            {
                if (!Socket.Poll(0, SelectMode.SelectRead))
                    break;
                length = Socket.ReceiveFrom(buffer, SocketFlags.None, _from);
                from = PeerAddress.FromSockaddr(_from.Buffer.Span, _isV6);
                return true;
            }
            catch (SocketException)
            {
                Errors++;
            }
        }

        length = 0;
        from = default;
        return false;
    }

    /// <inheritdoc/>
    public override bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        if (to.IsV6 != _isV6)
        {
            Errors++;
            return false;
        }

        if (to != _toValue)
            SetTarget(in to);
        for (int attempt = 0; attempt < 2; attempt++)
        {
            try
            {
                Socket.SendTo(datagram, SocketFlags.None, _to);
                return true;
            }
            catch (SocketException)
            {
                Errors++;
            }
        }

        return false;
    }

    private void SetTarget(in PeerAddress to)
    {
        _toValue = to;
        Span<byte> native = stackalloc byte[PeerAddress.SockaddrSize];
        int length = to.WriteSockaddr(native);
        native[2..length].CopyTo(_to.Buffer.Span[2..]);
    }

    // SIO_UDP_CONNRESET: without it Windows answers a receive with 10054 for every ICMP port-unreachable.
    private static void IgnoreConnectionReset(Socket socket)
    {
        const int SioUdpConnReset = unchecked((int)0x9800000C);
        try
        {
            socket.IOControl(SioUdpConnReset, [0, 0, 0, 0], null);
        }
        catch (SocketException)
        {
            // Only an optimisation: a reset is counted in TryReceive.
        }
    }
}
