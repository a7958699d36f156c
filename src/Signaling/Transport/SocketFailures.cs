// SPDX-License-Identifier: MIT
using System.Net.Sockets;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>What socket errors mean to SIP (RFC 3261 §18.4).</summary>
internal static class SocketFailures
{
    /// <summary>What an error in sending a datagram says of the peer; null for a datagram that is lost like any other.</summary>
    /// <remarks>A full queue of the network card is told by ENOBUFS to a socket that asks for errors (IP_RECVERR): the next repetition may pass.</remarks>
    public static TransportFailure? OfDatagram(SocketError error) =>
        error is SocketError.NoBufferSpaceAvailable or SocketError.WouldBlock or SocketError.TryAgain or SocketError.Interrupted ? null : Of(error);

    /// <summary>The failure that an error stands for.</summary>
    public static TransportFailure Of(SocketError error) => error switch
    {
        SocketError.ConnectionRefused or SocketError.ConnectionReset => TransportFailure.Refused,
        SocketError.TimedOut => TransportFailure.TimedOut,
        SocketError.MessageSize => TransportFailure.TooLarge,
        SocketError.Shutdown or SocketError.ConnectionAborted or SocketError.NotConnected => TransportFailure.Closed,
        _ => TransportFailure.Unreachable,
    };
}
