// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>
/// Requests outside a dialog whose transactions live: one that comes again by another way, with the same From tag, Call-ID and CSeq but
/// another branch, is answered with 482 (RFC 3261 §8.2.2.2).
/// </summary>
/// <remarks>Thread: signalling. Bounded by the number of server transactions.</remarks>
internal sealed class MergedRequests(int limit)
{
    private readonly Dictionary<(string CallId, string FromTag, uint CSeq, SipMethod Method), TransactionKey> _seen = [];

    /// <summary>How many are remembered.</summary>
    public int Count => _seen.Count;

    /// <summary>Remembers a request; false when it is another one's image.</summary>
    public bool TryAdd(IncomingRequest request)
    {
        var key = (request.CallId, request.FromTag, request.CSeq, request.Method);
        if (_seen.TryGetValue(key, out var first)) return first == request.Key;
        if (_seen.Count < limit) _seen[key] = request.Key;
        return true;
    }

    /// <summary>Forgets a request whose transaction ended.</summary>
    public void Remove(IncomingRequest request)
    {
        var key = (request.CallId, request.FromTag, request.CSeq, request.Method);
        if (_seen.TryGetValue(key, out var first) && first == request.Key) _seen.Remove(key);
    }
}
