// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Protocol;
using Earshot.Protocol.Sip;
using Earshot.Signaling.Transport;

namespace Earshot.Signaling;

/// <summary>What an agent is started with.</summary>
internal sealed record SignalingAgentOptions
{
    /// <summary>Where to listen; port 0 picks one, 0.0.0.0 means every IPv4 address, :: every address.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Any, 5060);

    /// <summary>What peers speak who connect to us. TCP takes datagrams, too; of TLS, WebSocket and secure WebSocket one alone is taken.</summary>
    public SipTransport Accepts { get; init; } = SipTransport.Tcp;

    /// <summary>Whom we trust, and who we are, in TLS.</summary>
    public TlsSettings Tls { get; init; } = new();

    /// <summary>Web pages that may connect by WebSocket besides those of this host, by their origins; <c>*</c> for all.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Told why a server was not trusted, or did not speak what was asked of it. Called on the loop thread.</summary>
    public Action<SipFlow, TransportFailure, string>? OnComplaint { get; init; }

    /// <summary>Who we are and what we speak.</summary>
    public SipCoreOptions Core { get; init; } = new();

    /// <summary>For tags, branches and Call-IDs; null for the system's generator.</summary>
    public IRandomSource? Random { get; init; }

    /// <summary>Finds peers; null for numeric addresses and the system's look-up.</summary>
    public ISipResolver? Resolver { get; init; }

    /// <summary>Sees every message; null for nobody.</summary>
    public ISignalingTap? Tap { get; init; }

    /// <summary>Told what went wrong inside a handler or the core; the loop goes on. Called on the loop thread.</summary>
    public Action<Exception>? OnError { get; init; }

    /// <summary>How long closing waits for the answers to our BYEs.</summary>
    public TimeSpan CloseLimit { get; init; } = TimeSpan.FromSeconds(1);
}
