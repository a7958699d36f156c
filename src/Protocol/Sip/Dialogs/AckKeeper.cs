// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>The ACK to a 2xx, which is the user agent's to repeat whenever the 2xx comes again (RFC 3261 §13.2.2.4).</summary>
/// <remarks>Thread: signalling. Each is kept for 64·T1, as long as its 2xx can come.</remarks>
internal sealed class AckKeeper(SipParts parts)
{
    private readonly Dictionary<(string CallId, string LocalTag, string RemoteTag, uint CSeq), KeptAck> _kept = [];

    /// <summary>How many are kept.</summary>
    public int Count => _kept.Count;

    /// <summary>Acknowledges a 2xx in its dialog.</summary>
    public void Send(Instant now, SipCall call, uint cseq, ReadOnlyMemory<byte> sdp)
    {
        var key = (call.CallId, call.LocalTag, call.RemoteTag, cseq);
        if (_kept.ContainsKey(key)) return;
        var kept = new KeptAck(this, key);
        _kept[key] = kept;
        parts.Timers.Set(kept, SipTimer.Forget, now + parts.Timers.GiveUp);
        var (draft, nextHop) = call.Draft(SipMethod.Ack, cseq, sdp);
        parts.Sender.SendWithin(now, call, draft, nextHop, kept);
    }

    /// <summary>The 2xx came again; false when it was never acknowledged.</summary>
    public bool Repeat(string callId, string localTag, string remoteTag, uint cseq)
    {
        if (!_kept.TryGetValue((callId, localTag, remoteTag, cseq), out var kept)) return false;
        if (kept.Sent is { } sent) parts.Outbox.Send(sent.Flow, sent.Message);
        return true;
    }

    private sealed class KeptAck(AckKeeper owner, (string CallId, string LocalTag, string RemoteTag, uint CSeq) key) : IRequestUser, ITimed
    {
        public OutgoingRequest? Sent { get; private set; }

        public void HandleSent(Instant now, OutgoingRequest sent) => Sent = sent;

        public void HandleResponse(Instant now, IncomingResponse response)
        {
        }

        // The peer repeats its 2xx and then ends the call by itself.
        public void HandleFailure(Instant now, int status)
        {
        }

        public void HandleTimer(Instant now, SipTimer timer) => owner._kept.Remove(key);
    }
}
