// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sip;

/// <content>The state of the dialog (RFC 3261 §12), the core's alone.</content>
internal sealed partial class SipCall
{
    private uint? _remoteSequence;

    /// <summary>The peer's Contact: the Request-URI of what we send.</summary>
    internal string RemoteTarget { get; set; } = "";

    /// <summary>True when <see cref="RemoteTarget"/> cannot be reached but over <see cref="Flow"/>.</summary>
    internal bool IsBehindNat { get; private set; }

    /// <summary>The route set, first hop first.</summary>
    internal IReadOnlyList<string> RouteSet { get; set; } = [];

    /// <summary>The number of our last request.</summary>
    internal uint LocalSequence { get; set; }

    /// <summary>The display name of our From.</summary>
    internal string LocalName { get; init; } = "";

    /// <summary>The user of our Contact.</summary>
    internal string LocalUser { get; init; } = "";

    /// <summary>True when the connection under <see cref="Flow"/> is gone.</summary>
    internal bool IsFlowBroken { get; set; }

    /// <summary>Our INVITE while it has no final response.</summary>
    internal OutgoingInvite? OutgoingInvite { get; set; }

    /// <summary>Our re-INVITE while it has no final response.</summary>
    internal OutgoingReinvite? OutgoingReinvite { get; set; }

    /// <summary>Our INFO while it has no final response.</summary>
    internal OutgoingInfo? OutgoingInfo { get; set; }

    /// <summary>The peer's INVITE or re-INVITE while we have not answered it.</summary>
    internal ServerTransaction? IncomingInvite { get; set; }

    /// <summary>The number of the INVITE whose 2xx we have yet to acknowledge; null when there is none.</summary>
    internal uint? AckOwed { get; set; }

    /// <summary>What our last INVITE answered a challenge with: its ACK says the same (§22.1).</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Credentials { get; private set; } = [];

    /// <summary>Contact of what we say; null for the flow's own address.</summary>
    internal Func<SipFlow, string>? ContactFor => Account is { } account ? flow => $"<{account.ContactUri(flow)}>" : null;

    /// <summary>Our INVITE or re-INVITE went out.</summary>
    internal void KeepCredentials(OutgoingRequest sent) =>
        Credentials = [.. sent.Draft.Headers.Where(h => h.Key is "Authorization" or "Proxy-Authorization")];

    /// <summary>Takes the peer's sequence number; false when it is not above the last (§12.2.2).</summary>
    internal bool TakeRemoteSequence(uint number)
    {
        if (_remoteSequence is { } last && number <= last) return false;
        _remoteSequence = number;
        return true;
    }

    /// <summary>Learns what a message of the peer says about it and its target (§12.1, §12.2: target refresh).</summary>
    internal void Learn(SipFlow flow, SipMessage message)
    {
        Flow = flow;
        IsFlowBroken = false;
        if (message.TryGetContact(out var contact))
        {
            RemoteTarget = WebSocketUri.FromWire(Encoding.UTF8.GetString(contact.UriText), flow);
            IsBehindNat = PeerAddress.IsBehindNat(flow, RemoteTarget, message.IsRequest && HasOneVia(message));
        }

        RemoteAllow = Join(message, SipHeader.Allow) ?? RemoteAllow;
        RemoteSupported = Join(message, SipHeader.Supported) ?? RemoteSupported;
        RemoteInfoPackages = Join(message, SipHeader.RecvInfo) ?? RemoteInfoPackages;
        var software = message.IsRequest ? SipHeader.UserAgent : SipHeader.Server;
        if (message.TryGet(software, out var text) || message.TryGet(SipHeader.UserAgent, out text)) RemoteSoftware = Encoding.UTF8.GetString(text);
    }

    /// <summary>Takes the route set from Record-Route: in order for a callee, reversed for a caller (§12.1).</summary>
    internal void TakeRoutes(SipMessage message)
    {
        var routes = new List<string>();
        foreach (var value in message.Values(SipHeader.RecordRoute))
        {
            if (NameAddress.TryParse(value, out var address)) routes.Add(Flow is { } flow ? WebSocketUri.FromWire(Encoding.UTF8.GetString(address.UriText), flow) : Encoding.UTF8.GetString(address.UriText));
        }

        if (IsCaller) routes.Reverse();
        RouteSet = routes;
    }

    /// <summary>A request within the dialog and the URI of its next hop (§12.2.1.1).</summary>
    internal (RequestDraft Draft, string NextHop) Draft(SipMethod method, uint cseq, ReadOnlyMemory<byte> body = default)
    {
        var (uri, routes, nextHop) = SipRoute.Apply(RemoteTarget.Length > 0 ? RemoteTarget : RemoteUri, RouteSet);
        var draft = new RequestDraft
        {
            Method = method,
            Uri = uri,
            CallId = CallId,
            CSeq = cseq,
            LocalTag = LocalTag,
            LocalName = LocalName,
            LocalUser = LocalUser,
            LocalUri = LocalUri,
            RemoteUri = RemoteUri,
            RemoteTag = RemoteTag,
            Routes = routes,
            Body = body,
            ContactFor = ContactFor,
            Authentication = method == SipMethod.Ack ? null : Account?.Authentication,
            NextCSeq = () => ++LocalSequence,
            Headers = method == SipMethod.Ack ? Credentials : [],
        };
        return (draft, nextHop);
    }

    private static bool HasOneVia(SipMessage message)
    {
        var count = 0;
        foreach (var via in message.Values(SipHeader.Via)) count++;
        return count == 1;
    }

    private static string? Join(SipMessage message, SipHeader header)
    {
        if (!message.Has(header)) return null;
        var list = new List<string>();
        foreach (var value in message.Values(header)) list.Add(Encoding.UTF8.GetString(value));
        return string.Join(", ", list);
    }
}

/// <summary>How a route set shapes a request (RFC 3261 §12.2.1.1).</summary>
internal static class SipRoute
{
    /// <summary>
    /// Request-URI, Route and next hop. With a loose router in front (<c>;lr</c>) the target stays in the Request-URI; a strict router
    /// wants itself there and the target at the end of Route.
    /// </summary>
    public static (string Uri, IReadOnlyList<string> Routes, string NextHop) Apply(string target, IReadOnlyList<string> routes)
    {
        if (routes.Count == 0) return (target, [], target);
        var isLoose = SipUriView.TryParse(Encoding.UTF8.GetBytes(routes[0]), out var first) && first.Parameters.Has("lr"u8);
        return isLoose ? (target, routes, routes[0]) : (routes[0], [.. routes.Skip(1), target], routes[0]);
    }
}
