// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>Our re-INVITE (RFC 3261 §14.1).</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class OutgoingReinvite(SipParts parts, SipCall call, uint cseq) : IRequestUser
{
    private uint _cseq = cseq;
    private PendingRequest? _pending;
    private SipFlow? _flow;
    private bool _isHeard;
    private bool _isLeft;

    /// <summary>Nothing came back from where it went, and the peer is elsewhere now. One that hears it all the same has its own under way, and refuses it.</summary>
    public bool IsLost(SipFlow from) => !_isHeard && _flow is { } flow && !flow.Remote.Address.Equals(from.Remote.Address);

    /// <summary>Nobody waits for it any more: the peer has left the address that it went to, and asks from another one.</summary>
    public void Leave()
    {
        _isLeft = true;
        _pending?.StopSending();
        Fail(491, "Request Pending", null);
    }

    /// <summary>Sends it.</summary>
    public void Start(Instant now, ReadOnlyMemory<byte> sdp)
    {
        var (draft, nextHop) = call.Draft(SipMethod.Invite, _cseq, sdp);
        _pending = parts.Sender.SendWithin(now, call, draft, nextHop, this);
    }

    /// <inheritdoc/>
    public void HandleSent(Instant now, OutgoingRequest sent)
    {
        _flow = sent.Flow;
        _cseq = sent.Draft.CSeq;
        call.KeepCredentials(sent);
        if (!_isLeft) call.Flow = sent.Flow;
    }

    /// <inheritdoc/>
    public void HandleResponse(Instant now, IncomingResponse response)
    {
        _isHeard = true;
        if (response.Status < 200) return;
        if (response.Status < 300) HandleSuccess(now, response);
        else if (!_isLeft) Fail(response.Status, response.Reason, response.RetryAfter);
    }

    /// <inheritdoc/>
    public void HandleFailure(Instant now, int status)
    {
        if (!_isLeft) Fail(status, status == 408 ? "Request Timeout" : "Service Unavailable", null);
    }

    private void HandleSuccess(Instant now, IncomingResponse response)
    {
        if (parts.Acks.Repeat(call.CallId, call.LocalTag, call.RemoteTag, _cseq)) return;
        if (call.State != SipCallState.Established || _isLeft)
        {
            // Nobody waits for it any more, but the peer repeats it until it is acknowledged.
            parts.Acks.Send(now, call, _cseq, default);
            return;
        }

        if (call.AckOwed == _cseq) return;
        call.OutgoingReinvite = null;
        call.Learn(response.Flow, response.Message);
        call.AckOwed = _cseq;
        parts.Outbox.Tell(new SipEvent.ReinviteAnswered(call, response.Body));
    }

    private void Fail(int status, string reason, TimeSpan? retryAfter)
    {
        call.OutgoingReinvite = null;
        if (call.State == SipCallState.Established) parts.Outbox.Tell(new SipEvent.ReinviteFailed(call, status, reason, retryAfter));
    }
}
