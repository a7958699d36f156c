// SPDX-License-Identifier: MIT
using System.Net;

namespace Earshot.Protocol.Sip;

/// <summary>The transports a Via names (RFC 3261 §18, RFC 7118).</summary>
internal enum SipTransport : byte
{
    Udp,
    Tcp,
    Tls,
    Ws,
    Wss,
}

/// <summary>Why a flow could not carry a message (RFC 3261 §18.4).</summary>
internal enum TransportFailure : byte
{
    /// <summary>The other host refuses: a reset, or ICMP port unreachable.</summary>
    Refused,

    /// <summary>No route, or ICMP host or network unreachable.</summary>
    Unreachable,

    /// <summary>A connection was not set up in time.</summary>
    TimedOut,

    /// <summary>A connection that stood was closed.</summary>
    Closed,

    /// <summary>The datagram is larger than the path takes.</summary>
    TooLarge,

    /// <summary>The TLS handshake or the certificate failed.</summary>
    Security,
}

/// <summary>One way to one peer: a connection, or a UDP socket and a remote address. Made by the transport, compared by reference.</summary>
/// <remarks>Thread: signalling. Immutable.</remarks>
/// <param name="id">A number for logs, unique within the transport.</param>
/// <param name="transport">What carries the messages.</param>
/// <param name="local">The address that the kernel routes towards <paramref name="remote"/>: what Via, Contact and SDP advertise.</param>
/// <param name="remote">Where messages go to and come from.</param>
internal sealed class SipFlow(int id, SipTransport transport, IPEndPoint local, IPEndPoint remote)
{
    /// <summary>A number for logs, unique within the transport.</summary>
    public int Id { get; } = id;

    /// <summary>What carries the messages.</summary>
    public SipTransport Transport { get; } = transport;

    /// <summary>The address to advertise towards this peer: never 0.0.0.0.</summary>
    public IPEndPoint Local { get; } = local;

    /// <summary>The peer's address.</summary>
    public IPEndPoint Remote { get; } = remote;

    /// <summary>The host of the URI that led here: what a certificate has to name. The remote address where nobody said more.</summary>
    public string ServerName { get; init; } = remote.Address.ToString();

    /// <summary>Nobody between us and the other end of this flow can read or change what it carries.</summary>
    public bool IsProtected => Transport is SipTransport.Tls or SipTransport.Wss;

    /// <summary>True when the transport retransmits, so that the transactions do not.</summary>
    public bool IsReliable => Transport != SipTransport.Udp;

    /// <inheritdoc/>
    public override string ToString() => $"{Transport} {Local}-{Remote}";
}
