// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>A TCP listener and, where peers speak UDP and TCP, a UDP socket on the same address and port (RFC 3261 §18.2.1).</summary>
internal sealed class ListenSockets : IDisposable
{
    private const int PortsTried = 64;
    // Twenty calls that begin at once send some hundred datagrams before the loop has looked at the first.
    private const int ReceiveBuffer = 1 << 20;

    private ListenSockets(Socket? udp, Socket tcp, SipTransport accepted)
    {
        Udp = udp;
        Tcp = tcp;
        Accepted = accepted;
        EndPoint = AddressRules.Plain((IPEndPoint)tcp.LocalEndPoint!);
    }

    /// <summary>For datagrams; null where TLS or WebSocket was asked for: nobody then reaches us in clear by another door.</summary>
    public Socket? Udp { get; }

    /// <summary>What peers speak who connect.</summary>
    public SipTransport Accepted { get; }

    /// <summary>For connections.</summary>
    public Socket Tcp { get; }

    /// <summary>What was bound.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Binds; port 0 takes one that is free for all.</summary>
    /// <param name="wish">Address and port.</param>
    /// <param name="accepted">What peers speak who connect; with TCP, datagrams are taken, too.</param>
    /// <exception cref="SignalingTransportException">Taken, or no address of this machine.</exception>
    public static ListenSockets Bind(IPEndPoint wish, SipTransport accepted = SipTransport.Tcp)
    {
        for (var attempt = 1; ; attempt++)
        {
            Socket? udp = null;
            Socket? tcp = null;
            try
            {
                if (accepted == SipTransport.Tcp)
                {
                    udp = New(wish, SocketType.Dgram, ProtocolType.Udp);
                    udp.ReceiveBufferSize = ReceiveBuffer;
                    udp.Bind(wish);
                }

                tcp = New(wish, SocketType.Stream, ProtocolType.Tcp);
                tcp.Bind(udp is null ? wish : new IPEndPoint(wish.Address, ((IPEndPoint)udp.LocalEndPoint!).Port));
                tcp.Listen(128);
                return new ListenSockets(udp, tcp, accepted);
            }
            catch (SocketException e)
            {
                udp?.Dispose();
                tcp?.Dispose();
                var isTaken = e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied;
                if (wish.Port != 0 || !isTaken || attempt == PortsTried) throw Explained(wish, e);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Udp?.Dispose();
        Tcp.Dispose();
    }

    private static Socket New(IPEndPoint wish, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(wish.AddressFamily, type, protocol);
        if (wish.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = wish.Address.Equals(IPAddress.IPv6Any);
        // On Windows two programs could share a port, and each would get half of the messages.
        if (OperatingSystem.IsWindows()) socket.ExclusiveAddressUse = true;
        return socket;
    }

    private static SignalingTransportException Explained(IPEndPoint wish, SocketException e) => new(
        e.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"SIP port {wish.Port} on {wish.Address} is taken: stop the other program, or listen on another port (0 picks one)",
            SocketError.AddressNotAvailable => $"{wish.Address} is no address of this machine: listen on one that is, or on 0.0.0.0",
            SocketError.AccessDenied => $"SIP port {wish.Port} on {wish.Address} may not be used: take one above 1023",
            _ => $"cannot listen on {wish}: {e.Message}",
        },
        e);
}
