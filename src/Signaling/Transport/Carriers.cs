// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>Makes what carries messages over a socket, as the flow's transport wants it.</summary>
internal sealed class Carriers(TlsSettings tls, IReadOnlyList<string> origins)
{
    /// <summary>For a connection that the peer opened.</summary>
    public IMessageCarrier Inbound(SipFlow flow, Stream stream) => flow.Transport switch
    {
        SipTransport.Ws => new WebSocketCarrier(stream, null, WebSocketUpgrade.Server(origins)),
        SipTransport.Wss => new WebSocketCarrier(stream, TlsGreeting.Server(tls), WebSocketUpgrade.Server(origins)),
        SipTransport.Tls => new StreamCarrier(stream, TlsGreeting.Server(tls)),
        _ => new StreamCarrier(stream, null),
    };

    /// <summary>For a connection that we open.</summary>
    public IMessageCarrier Outbound(SipFlow flow, Stream stream) => flow.Transport switch
    {
        SipTransport.Ws => new WebSocketCarrier(stream, null, WebSocketUpgrade.Client(Host(flow))),
        SipTransport.Wss => new WebSocketCarrier(stream, TlsGreeting.Client(tls, flow.ServerName), WebSocketUpgrade.Client(Host(flow))),
        SipTransport.Tls => new StreamCarrier(stream, TlsGreeting.Client(tls, flow.ServerName)),
        _ => new StreamCarrier(stream, null),
    };

    private static string Host(SipFlow flow) =>
        $"{(flow.ServerName.Contains(':', StringComparison.Ordinal) ? $"[{flow.ServerName}]" : flow.ServerName)}:{flow.Remote.Port}";
}
