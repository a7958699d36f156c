// SPDX-License-Identifier: MIT
using System.Net;
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>Requests as bytes (RFC 3261 §8.1.1, §9.1, §17.1.1.3).</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class RequestWriter(SipCoreOptions options, UserAgentCapabilities capabilities)
{
    // As long as the longest addresses: what fits with it fits with any.
    private static readonly SipFlow LongestFlow = new(0, SipTransport.Udp, Longest(), Longest());

    private readonly SipMessageWriter _writer = new();

    /// <summary>The address that a flow advertises, in a URI of ours.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="user">The user part; empty for none.</param>
    /// <param name="withTransport">Names the transport: what comes later shall come the same way.</param>
    /// <param name="isSips">The request was for a sips URI: so is its Contact (RFC 3261 §8.1.1.8). Over TLS a sip URI names sip with its transport, as everybody does.</param>
    /// <param name="authority">The address and port that the other side sees; null for the flow's own.</param>
    public static string UriOn(SipFlow flow, string user, bool withTransport, bool isSips = false, string? authority = null)
    {
        var transport = withTransport && flow.IsReliable && !(isSips && flow.Transport == SipTransport.Tls) ? WebSocketUri.ToWire($";transport={Name(flow.Transport).ToLowerInvariant()}") : "";
        return $"{(isSips ? "sips" : "sip")}:{(user.Length == 0 ? "" : user + "@")}{authority ?? Authority(flow.Local)}{transport}";
    }

    /// <summary>Writes a request for a flow.</summary>
    public OutgoingRequest Write(RequestDraft draft, SipFlow flow, string branch)
    {
        if (draft.LocalUri.Length == 0) draft = draft with { LocalUri = UriOn(flow, draft.LocalUser, withTransport: false) };
        WriteStart(_writer, draft, flow, branch);
        if (draft.Method is SipMethod.Invite or SipMethod.Options or SipMethod.Register)
        {
            _writer.Header(SipHeader.Contact, draft.ContactFor?.Invoke(flow)
                ?? $"<{UriOn(flow, draft.LocalUser, withTransport: true, isSips: draft.Uri.StartsWith("sips:", StringComparison.OrdinalIgnoreCase))}>");
            _writer.Header(SipHeader.Allow, options.Allow);
        }

        if (draft.Method is SipMethod.Invite or SipMethod.Options)
        {
            _writer.Header(SipHeader.Supported, string.Join(", ", options.Supported));
            if (draft.Method == SipMethod.Options) _writer.Header(SipHeader.Accept, RequestDraft.Sdp); // of an INVITE it is what is meant anyway (RFC 3261 §20.1), and the datagram is small
            RequestInspection.WriteRecvInfo(_writer, capabilities);
        }

        _writer.Header(SipHeader.UserAgent, options.UserAgent);
        foreach (var (name, value) in draft.Headers)
        {
            _writer.BeginHeader(Encoding.UTF8.GetBytes(name));
            _writer.Append(value);
            _writer.EndHeader();
        }

        return new OutgoingRequest(draft, flow, branch, Finish(_writer, draft.Body.Span, draft.BodyType));
    }

    /// <summary>How long a request becomes on the wordiest flow.</summary>
    public int Measure(RequestDraft draft) => Write(draft, LongestFlow, "z9hG4bK0123456789abcdef01234567").Message.Length;

    /// <summary>The ACK to a 3xx–6xx: on the INVITE's branch and route, with the To of the response (§17.1.1.3).</summary>
    public static ReadOnlyMemory<byte> WriteAckToRefusal(OutgoingRequest invite, ReadOnlySpan<byte> to)
    {
        var writer = new SipMessageWriter(1024);
        WriteStart(writer, invite.Draft with { Method = SipMethod.Ack }, invite.Flow, invite.Branch, to);
        return Finish(writer, default);
    }

    /// <summary>The CANCEL of a request: the same but for its method (§9.1).</summary>
    public static OutgoingRequest WriteCancel(OutgoingRequest invite)
    {
        var writer = new SipMessageWriter(1024);
        var draft = invite.Draft with { Method = SipMethod.Cancel, Body = default, Headers = [] };
        WriteStart(writer, draft, invite.Flow, invite.Branch);
        return new OutgoingRequest(draft, invite.Flow, invite.Branch, Finish(writer, default));
    }

    private static void WriteStart(SipMessageWriter writer, RequestDraft draft, SipFlow flow, string branch, ReadOnlySpan<byte> to = default)
    {
        writer.StartRequest(draft.Method, Encoding.UTF8.GetBytes(WebSocketUri.ToWire(draft.Uri)));
        writer.BeginHeader(SipHeader.Via);
        writer.Append($"SIP/2.0/{Name(flow.Transport)} {Authority(flow.Local)};rport;branch={branch}");
        writer.EndHeader();
        writer.Header(SipHeader.MaxForwards, 70);
        foreach (var route in draft.Routes) writer.Header(SipHeader.Route, $"<{WebSocketUri.ToWire(route)}>");
        writer.Header(SipHeader.From, $"{Quoted(draft.LocalName)}<{draft.LocalUri}>;tag={draft.LocalTag}");
        if (to.IsEmpty) writer.Header(SipHeader.To, $"<{draft.RemoteUri}>{(draft.RemoteTag.Length == 0 ? "" : ";tag=" + draft.RemoteTag)}");
        else writer.Header(SipHeader.To, to);
        writer.Header(SipHeader.CallId, draft.CallId);
        writer.CSeq(draft.CSeq, draft.Method.Name());
    }

    private static ReadOnlyMemory<byte> Finish(SipMessageWriter writer, ReadOnlySpan<byte> body, string type = RequestDraft.Sdp) =>
        writer.Finish(body, body.IsEmpty ? default : Encoding.ASCII.GetBytes(type)).ToArray();

    private static string Quoted(string name) =>
        name.Length == 0 ? "" : $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\" ";

    private static string Name(SipTransport transport) => transport switch
    {
        SipTransport.Udp => "UDP",
        SipTransport.Tcp => "TCP",
        SipTransport.Tls => "TLS",
        SipTransport.Ws => "WS",
        _ => "WSS",
    };

    // The zone of a link-local address means nothing to the peer, and its percent sign breaks the grammar.
    private static string Authority(IPEndPoint local) =>
        local.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && local.Address.ScopeId != 0
            ? new IPEndPoint(new IPAddress(local.Address.GetAddressBytes()), local.Port).ToString()
            : local.ToString();

    private static IPEndPoint Longest() => new(IPAddress.Parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 65535);
}
