// SPDX-License-Identifier: MIT
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Earshot.Protocol.Stun;

namespace Earshot.Media.Transport.Streams;

/// <summary>How datagrams are told apart in a stream.</summary>
internal enum StreamFraming : byte
{
    /// <summary>STUN messages and ChannelData, which know their length: to a STUN or TURN server (RFC 8489 §6.2.2, RFC 8656 §12.5).</summary>
    Stun,

    /// <summary>Two bytes of length before each: ICE over TCP (RFC 4571, RFC 6544).</summary>
    LengthPrefix,
}

/// <summary>Where a <see cref="StreamPort"/> leads. Immutable.</summary>
internal sealed record StreamTarget
{
    /// <summary>To a STUN or TURN server that takes connections.</summary>
    /// <param name="server">The server.</param>
    /// <param name="addresses">Where it is, as <see cref="ServerAddresses"/> found it.</param>
    /// <param name="roots">Roots believed besides the system's, in TLS.</param>
    public static StreamTarget Of(StunServerUri server, IReadOnlyList<IPEndPoint> addresses, X509Certificate2Collection? roots = null) => new()
    {
        Addresses = addresses,
        Framing = StreamFraming.Stun,
        TlsName = server.Transport == ServerTransport.Tls ? server.Host : null,
        Roots = roots ?? [],
    };

    /// <summary>The addresses of one host, the best first: they are tried in turn.</summary>
    public required IReadOnlyList<IPEndPoint> Addresses { get; init; }

    /// <summary>How datagrams are told apart.</summary>
    public required StreamFraming Framing { get; init; }

    /// <summary>TLS, and the name or address that the certificate has to be for; null for a connection in clear.</summary>
    public string? TlsName { get; init; }

    /// <summary>Roots believed besides the system's, in TLS.</summary>
    public X509Certificate2Collection Roots { get; init; } = [];

    /// <summary>The address of ours that the connection leaves from; null for the system's choice.</summary>
    public IPAddress? From { get; init; }

    /// <summary>For all addresses together, with the TLS handshake.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(8);
}
