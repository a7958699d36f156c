// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;

namespace Earshot.Protocol.Sip;

/// <summary>All calls, found by Call-ID and both tags (RFC 3261 §12).</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class DialogTable
{
    private readonly Dictionary<(string CallId, string LocalTag, string RemoteTag), SipCall> _dialogs = [];
    private readonly HashSet<SipCall> _calls = [];
    private int _lastId;

    /// <summary>How many calls there are, those without a dialog yet included.</summary>
    public int Count => _calls.Count;

    /// <summary>True for a call that is not over.</summary>
    public bool Contains(SipCall call) => _calls.Contains(call);

    /// <summary>A number for a new call.</summary>
    public int NextId() => ++_lastId;

    /// <summary>Adds a call that has no peer's tag yet.</summary>
    public void Add(SipCall call) => _calls.Add(call);

    /// <summary>Gives a call the peer's tag, and with it its place in the table; another tag moves it.</summary>
    public void Establish(SipCall call, string remoteTag)
    {
        _dialogs.Remove((call.CallId, call.LocalTag, call.RemoteTag));
        call.RemoteTag = remoteTag;
        _calls.Add(call);
        _dialogs[(call.CallId, call.LocalTag, remoteTag)] = call;
    }

    /// <summary>The call of a request within a dialog.</summary>
    public bool TryGet(string callId, string localTag, string remoteTag, [NotNullWhen(true)] out SipCall? call) =>
        _dialogs.TryGetValue((callId, localTag, remoteTag), out call);

    /// <summary>The call whose INVITE waits in this transaction.</summary>
    public SipCall? OfInvite(ServerTransaction invite) => _dialogs.Values.FirstOrDefault(c => ReferenceEquals(c.IncomingInvite, invite));

    /// <summary>Removes a call.</summary>
    public void Remove(SipCall call)
    {
        _calls.Remove(call);
        _dialogs.Remove((call.CallId, call.LocalTag, call.RemoteTag));
    }

    /// <summary>Remembers that a connection is gone.</summary>
    public void HandleTransportFailure(SipFlow flow)
    {
        if (!flow.IsReliable) return;
        foreach (var call in _calls.Where(c => ReferenceEquals(c.Flow, flow))) call.IsFlowBroken = true;
    }
}
