// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>The transport parameter of WebSocket URIs: <c>ws</c> stands for both kinds on the wire (RFC 7118 §5), and would not tell us which to open.</summary>
internal static class WebSocketUri
{
    private const string Written = ";transport=ws";
    private const string Secure = ";transport=wss";

    /// <summary>A URI as others understand it.</summary>
    public static string ToWire(string uri) => uri.Replace(Secure, Written, StringComparison.Ordinal);

    /// <summary>A URI of somebody who spoke on a flow: by secure WebSocket it names that.</summary>
    public static string FromWire(string uri, SipFlow flow)
    {
        int at = uri.IndexOf(Written, StringComparison.Ordinal);
        int end = at + Written.Length;
        return at < 0 || flow.Transport != SipTransport.Wss || (end < uri.Length && uri[end] is not (';' or '?')) ? uri : uri.Insert(end, "s");
    }
}
