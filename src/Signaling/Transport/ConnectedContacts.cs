// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>Contacts that no look-up can find, each with the connection it was given over: a page in a browser has no address (RFC 7118 §5)
/// and is called back over the connection that it opened.</summary>
/// <remarks>
/// Whoever names a Contact last has it: a page that reconnects keeps its own, which only it and we know.
/// Thread: the signalling loop.
/// </remarks>
internal sealed class ConnectedContacts
{
    // One contact a connection, and of these there are at most ConnectionTable.MaxConnections.
    private readonly Dictionary<string, SipFlow> _flows = [];
    private readonly Dictionary<SipFlow, string> _latest = [];

    /// <summary>Contacts now.</summary>
    public int Count => _flows.Count;

    /// <summary>Only a host under <c>.invalid</c> (RFC 6761 §6.4) is found here: of other people's addresses nobody takes possession by naming them.</summary>
    public static bool IsOne(string uri) => KeyOf(uri) is not null;

    /// <summary>Remembers what a peer that connected to us gave for its Contact; the latest of a connection counts.</summary>
    public void Learn(SipFlow flow, string contact)
    {
        if (flow.Transport is not (SipTransport.Ws or SipTransport.Wss) || KeyOf(contact) is not { } key) return;
        Forget(flow);
        _flows[key] = flow;
        _latest[flow] = key;
    }

    /// <summary>The connection on which a contact is reached; null when there is none any more.</summary>
    public SipFlow? Find(string uri) => KeyOf(uri) is { } key && _flows.TryGetValue(key, out var flow) ? flow : null;

    /// <summary>The connection is gone.</summary>
    public void Forget(SipFlow flow)
    {
        if (!_latest.Remove(flow, out var key)) return;
        if (_flows.TryGetValue(key, out var current) && current == flow) _flows.Remove(key);
    }

    // User and host; parameters such as ;ob come and go (RFC 5626 §4.3).
    private static string? KeyOf(string uri)
    {
        if (!SipUriView.TryParse(Encoding.UTF8.GetBytes(uri), out var view) || !view.IsSip) return null;
        var host = Encoding.UTF8.GetString(view.Host).ToLowerInvariant();
        return host.EndsWith(".invalid", StringComparison.Ordinal) ? Encoding.UTF8.GetString(view.User) + "@" + host : null;
    }
}
