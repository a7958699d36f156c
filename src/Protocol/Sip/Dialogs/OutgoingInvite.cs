// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>Our INVITE from the first byte to its final response, with its CANCEL and its forks (RFC 3261 §13.2, §9.1).</summary>
/// <remarks>
/// <code>
/// Inviting ──1xx──► Inviting (early dialog) ──2xx──► Established      a 2xx from another fork: ACK and BYE
///    │                   │──3xx–6xx──► Terminated
///    │Cancel: waits      │Cancel: CANCEL out ──487──► Terminated
///    └──1xx──► CANCEL    └──2xx: told as answered, the user hangs up
/// </code>
/// Thread: signalling.
/// </remarks>
internal sealed class OutgoingInvite(SipParts parts, SipCall call) : IRequestUser, ITimed
{
    // Each costs an ACK, a BYE and what is remembered of both, towards an address that whoever answers may choose.
    private const int MaxForks = 16;

    private PendingRequest? _pending;
    private OutgoingRequest? _sent;
    private bool _wasProvisional;
    private bool _cancelWanted;
    private bool _cancelSent;
    private int _forks;

    /// <summary>Sends it.</summary>
    public void Start(Instant now, RequestDraft draft, string nextHop, IReadOnlyList<SipFlow> flows)
    {
        // A flow that fails at once ends the call within Send.
        var pending = parts.Sender.Send(now, draft, nextHop, flows, this);
        if (call.State == SipCallState.Inviting) _pending = pending;
    }

    /// <summary>Cancels it: at once when nothing is out, else after the first provisional response.</summary>
    public void Cancel(Instant now)
    {
        if (_cancelWanted) return;
        _cancelWanted = true;
        _pending?.StopTrying();
        if (_sent is null)
        {
            _pending?.Abandon();
            End(487, "Request Terminated", InviteFailure.Cancelled);
        }
        else if (_wasProvisional)
        {
            SendCancel(now);
        }
    }

    /// <inheritdoc/>
    public void HandleSent(Instant now, OutgoingRequest sent)
    {
        _sent = sent;
        call.Flow = sent.Flow;
        call.LocalUri = sent.Draft.LocalUri;
        call.KeepCredentials(sent);
    }

    /// <inheritdoc/>
    public void HandleResponse(Instant now, IncomingResponse response)
    {
        if (response.Status >= 300) HandleRefusal(response);
        else if (response.Status >= 200) HandleSuccess(now, response);
        else HandleProvisional(now, response);
    }

    /// <inheritdoc/>
    public void HandleFailure(Instant now, int status)
    {
        if (_cancelWanted) End(487, "Request Terminated", InviteFailure.Cancelled);
        else if (status == 408) End(408, "Request Timeout", InviteFailure.Timeout);
        else End(status, "Service Unavailable", InviteFailure.Transport);
    }

    /// <summary>A CANCEL without a final response: the INVITE counts as cancelled (§9.1).</summary>
    public void HandleTimer(Instant now, SipTimer timer)
    {
        if (_pending?.Transaction is { IsPending: true } transaction) transaction.Abandon();
        End(487, "Request Terminated", InviteFailure.Cancelled);
    }

    /// <summary>The call ended by a BYE: after 64·T1 nothing is awaited any more, and a 2xx until then is hung up like a fork's.</summary>
    public void Leave(Instant now, bool cancel)
    {
        _cancelWanted = true;
        _pending?.StopTrying();
        if (cancel && _wasProvisional) SendCancel(now);
        parts.Timers.Set(this, SipTimer.CancelGivenUp, now + parts.Timers.GiveUp);
    }

    private void HandleProvisional(Instant now, IncomingResponse response)
    {
        if (call.State != SipCallState.Inviting) return;
        _wasProvisional = true;
        if (response.Status > 100 && response.ToTag.Length > 0 && call.RemoteTag.Length == 0) TakeDialog(response);
        if (_cancelWanted) SendCancel(now);
        else parts.Outbox.Tell(new SipEvent.InviteProgress(call, response.Status, response.Reason, response.Body));
    }

    private void HandleSuccess(Instant now, IncomingResponse response)
    {
        var cseq = _sent!.Draft.CSeq;
        var remoteTag = response.ToTag;
        if (parts.Acks.Repeat(call.CallId, call.LocalTag, remoteTag, cseq)) return;
        if (call.State == SipCallState.Inviting)
        {
            parts.Timers.Stop(this, SipTimer.CancelGivenUp);
            TakeDialog(response);
            call.State = SipCallState.Established;
            call.AckOwed = cseq;
            call.OutgoingInvite = null;
            parts.Outbox.Tell(new SipEvent.InviteAnswered(call, response.Body));
        }
        else if (remoteTag != call.RemoteTag || call.State is SipCallState.Terminated or SipCallState.Leaving)
        {
            HangUpFork(now, response, cseq);
        }
    }

    // §13.2.2.4: another phone answered too. Every 2xx gets its ACK; the dialog that nobody wants gets a BYE. No proxy forks without end.
    private void HangUpFork(Instant now, IncomingResponse response, uint cseq)
    {
        if (_forks == MaxForks) return;
        _forks++;
        var fork = new SipCall
        {
            Id = 0,
            IsCaller = true,
            CallId = call.CallId,
            LocalTag = call.LocalTag,
            LocalUri = call.LocalUri,
            LocalName = call.LocalName,
            LocalUser = call.LocalUser,
            Account = call.Account,
            RemoteUri = call.RemoteUri,
            RemoteTag = response.ToTag,
            LocalSequence = call.LocalSequence,
            State = SipCallState.Leaving,
        };
        fork.Learn(response.Flow, response.Message);
        fork.TakeRoutes(response.Message);
        parts.Acks.Send(now, fork, cseq, default);
        OutgoingBye.SendUnheard(now, parts, fork);
    }

    private void HandleRefusal(IncomingResponse response)
    {
        var cause = _cancelWanted ? InviteFailure.Cancelled : InviteFailure.Response;
        var contact = response.Message.TryGetContact(out var address) ? Encoding.UTF8.GetString(address.UriText) : null;
        End(response.Status, response.Reason, cause, response.Text(SipHeader.Warning), response.RetryAfter, contact);
    }

    private void TakeDialog(IncomingResponse response)
    {
        call.Learn(response.Flow, response.Message);
        call.TakeRoutes(response.Message);
        parts.Dialogs.Establish(call, response.ToTag);
    }

    private void SendCancel(Instant now)
    {
        if (_cancelSent || _sent is null) return;
        _cancelSent = true;
        parts.Transactions.Start(now, new NonInviteClientTransaction(parts.Context, CancelUser.Instance, RequestWriter.WriteCancel(_sent)));
        parts.Timers.Set(this, SipTimer.CancelGivenUp, now + parts.Timers.GiveUp);
    }

    private void End(int status, string reason, InviteFailure cause, string? warning = null, TimeSpan? retryAfter = null, string? contact = null)
    {
        parts.Timers.Stop(this, SipTimer.CancelGivenUp);
        call.OutgoingInvite = null;
        if (call.State != SipCallState.Inviting) return;
        parts.Outbox.Tell(new SipEvent.InviteFailed(call, status, reason, warning, retryAfter, cause, contact));
        parts.Terminate(call);
    }

    // What becomes of a CANCEL says nothing: the INVITE's own final response decides.
    private sealed class CancelUser : IClientTransactionUser
    {
        public static readonly CancelUser Instance = new();

        public void HandleResponse(Instant now, ClientTransaction transaction, IncomingResponse response)
        {
        }

        public void HandleFailure(Instant now, ClientTransaction transaction, int status)
        {
        }
    }
}
