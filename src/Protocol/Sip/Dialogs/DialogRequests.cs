// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>Requests from the network within a dialog (RFC 3261 §12.2.2, §13.3.1.4, §14.2, §15.1.2).</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class DialogRequests(SipParts parts, UasBehaviour server)
{
    private readonly InfoRequests _infos = new(parts, server);

    /// <summary>An ACK that no transaction wanted: it confirms a 2xx, or nothing.</summary>
    public void HandleAck(SipMessage ack)
    {
        if (!ack.TryGetCSeq(out var cseq) || !TryGetCall(ack, out var call)) return;
        if (parts.Successes.Acknowledge(call, cseq.Number))
            parts.Outbox.Tell(new SipEvent.AckReceived(call, ack.Body.ToArray()));
    }

    /// <summary>Any other request with a To tag.</summary>
    public void Handle(Instant now, ServerTransaction transaction)
    {
        var request = transaction.Request;
        if (!TryGetCall(request.Message, out var call))
        {
            server.Respond(now, transaction, 481);
            return;
        }

        // A call that came about under TLS takes no description in clear, and gives none: neither its answer nor its next offer.
        if (call.MustProtect && !transaction.Flow.IsProtected && request.Method != SipMethod.Bye)
        {
            server.Respond(now, transaction, 403);
            return;
        }

        // §12.2.2: out of order. 500 is what the RFC asks for; when to try again is told as for a pending INVITE.
        if (!call.TakeRemoteSequence(request.CSeq)) RespondBusy(now, transaction);
        else if (RequestInspection.Inspect(request.Message, parts.Capabilities) is not 0 and var status) server.Respond(now, transaction, status);
        else HandleMethod(now, transaction, call);
    }

    private void HandleMethod(Instant now, ServerTransaction transaction, SipCall call)
    {
        switch (transaction.Request.Method)
        {
            case SipMethod.Invite:
                HandleReinvite(now, transaction, call);
                break;
            case SipMethod.Bye:
                HandleBye(now, transaction, call);
                break;
            case SipMethod.Info:
                _infos.Handle(now, transaction, call);
                break;
            case SipMethod.Options:
                server.RespondCapabilities(now, transaction);
                break;
            default:
                server.Respond(now, transaction, 405);
                break;
        }
    }

    // §14.2, both kinds of glare: ours is out, so theirs must wait (491); theirs is not answered yet, so a second one must wait (500).
    // A peer that changes networks asks from elsewhere while ours goes to where it was: that is no glare, and theirs is heard.
    private void HandleReinvite(Instant now, ServerTransaction transaction, SipCall call)
    {
        if (call.State == SipCallState.Established && call.OutgoingReinvite is { } ours && ours.IsLost(transaction.Flow)) ours.Leave();
        if (call.State == SipCallState.Leaving) server.Respond(now, transaction, 481);
        else if (call.IncomingInvite is { IsPending: true }) RespondBusy(now, transaction);
        else if (call.State != SipCallState.Established || call.OutgoingReinvite is not null || call.AckOwed is not null)
            server.Respond(now, transaction, 491);
        else
        {
            call.Learn(transaction.Flow, transaction.Request.Message);
            call.IncomingInvite = transaction;
            parts.Outbox.Tell(new SipEvent.ReinviteReceived(call, transaction.Request.Body));
        }
    }

    private void HandleBye(Instant now, ServerTransaction transaction, SipCall call)
    {
        server.Respond(now, transaction, 200);
        if (call.IncomingInvite is { IsPending: true } invite)
        {
            call.IncomingInvite = null;
            server.Respond(now, invite, 487, new ResponseWriter.Content { ToTag = call.LocalTag });
        }

        // Both hung up at once: ours ends the call when it is answered.
        if (call.State == SipCallState.Leaving) return;
        call.OutgoingInvite?.Leave(now, cancel: true);
        parts.Outbox.Tell(new SipEvent.ByeReceived(call, UacBehaviour.ReasonText(transaction.Request.Message)));
        parts.Terminate(call);
    }

    private void RespondBusy(Instant now, ServerTransaction transaction) =>
        server.Respond(now, transaction, 500, new ResponseWriter.Content { RetryAfter = parts.Tokens.RetryAfter() });

    /// <summary>The call that a request belongs to.</summary>
    public bool TryGetCall(SipMessage message, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SipCall? call) => parts.Dialogs.TryGet(
        Encoding.UTF8.GetString(message.CallId), Encoding.UTF8.GetString(message.ToTag), Encoding.UTF8.GetString(message.FromTag), out call);
}
