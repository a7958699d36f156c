// SPDX-License-Identifier: MIT
using System.Security.Authentication;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>Why a connection that we opened came to no word of SIP, for people: something listens there, so it is not "nothing answers".</summary>
internal static class ConnectionComplaint
{
    /// <summary>The line.</summary>
    /// <param name="flow">Where the connection went to.</param>
    /// <param name="end">What ended it; null when the peer closed it.</param>
    public static string Of(SipFlow flow, Exception? end) => end switch
    {
        TimeoutException => $"{flow.Remote} took the connection and says nothing: it may not speak {Spoken(flow)}",
        AuthenticationException { InnerException: { } inner } => $"{flow.Remote} took the connection and does not agree on {Spoken(flow)}: {inner.Message.ReplaceLineEndings(" ").Trim()}",
        AuthenticationException or IOException { InnerException: null } and not EndOfStreamException => end.Message,
        _ => $"{flow.Remote} took the connection and closed it without a word of {Spoken(flow)}: it may speak another transport, or have as many connections as it takes",
    };

    private static string Spoken(SipFlow flow) => flow.Transport switch
    {
        SipTransport.Tls => "TLS",
        SipTransport.Ws => "WebSocket",
        SipTransport.Wss => "secure WebSocket",
        _ => "SIP over TCP",
    };
}
