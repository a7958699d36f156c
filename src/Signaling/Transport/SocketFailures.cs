// SPDX-License-Identifier: MIT
using System.Net.Sockets;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>What socket errors mean to SIP (RFC 3261 §18.4).</summary>
internal static class SocketFailures
{
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
