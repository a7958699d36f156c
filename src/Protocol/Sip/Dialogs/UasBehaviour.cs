// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>Requests from the network outside a dialog, and our answers to INVITE (RFC 3261 §8.2, §13.3).</summary>
/// <remarks>
/// <code>
/// request ── ACK ──► its transaction, or the dialog          repeated ──► its transaction
///         ── CANCEL ──► 200, and 487 to its INVITE           table full ──► stateless 503
///         ── To tag ──► DialogRequests, or 481
///         ── merged? 482 ── inspection: 405 501 416 420 415 406 ── INVITE: a call; OPTIONS: 200
/// </code>
/// Thread: signalling.
/// </remarks>
internal sealed class UasBehaviour
{
    // A stranger's request is kept while its transaction lives: no ordinary one comes near this.
    private const int LongestKept = 16 * 1024;

    private readonly SipParts _parts;
    private readonly DialogRequests _withinDialogs;

    /// <summary>Makes it.</summary>
    public UasBehaviour(SipParts parts)
    {
        _parts = parts;
        _withinDialogs = new DialogRequests(parts, this);
    }

    /// <summary>A well-formed request.</summary>
    public void HandleRequest(Instant now, SipFlow flow, SipMessage message)
    {
        if (!TransactionKey.TryOfRequest(message, message.Method, out var key)) return;
        if (_parts.Transactions.TryGetServer(key, out var known)) HandleKnown(now, flow, known, message);
        else if (message.Method == SipMethod.Ack) _withinDialogs.HandleAck(message);
        else if (IsTooMuch(message, key)) RespondStateless(flow, message, 503, null, _parts.Tokens.RetryAfter());
        else if (message.Bytes.Length > LongestKept) RespondStateless(flow, message, 513, null, null);
        else HandleNew(now, new IncomingRequest(flow, message, key));
    }

    /// <summary>Answers without keeping anything: the malformed, and floods.</summary>
    public void RespondStateless(SipFlow flow, SipMessage request, int status, string? reason, int? retryAfter)
    {
        var content = new ResponseWriter.Content { Reason = reason, ToTag = _parts.Tokens.StatelessTag(request), RetryAfter = retryAfter };
        _parts.Outbox.Send(flow, _parts.Responses.Write(flow, request, status, content));
    }

    /// <summary>Makes the server transaction of a request.</summary>
    public ServerTransaction Serve(Instant now, IncomingRequest request)
    {
        ServerTransaction transaction = request.Method == SipMethod.Invite
            ? new InviteServerTransaction(now, _parts.Context, request, r => _parts.Responses.Write(r.Flow, r.Message, 100))
            : new NonInviteServerTransaction(_parts.Context, request);
        _parts.Transactions.Add(transaction);
        return transaction;
    }

    /// <summary>Sends a response; to a request outside a dialog it gets a tag of its own unless one is given.</summary>
    public ReadOnlyMemory<byte> Respond(Instant now, ServerTransaction transaction, int status, ResponseWriter.Content content = default)
    {
        var request = transaction.Request;
        var response = _parts.Responses.Write(request.Flow, request.Message, status, content with { ToTag = content.ToTag ?? _parts.Tokens.Tag() });
        transaction.Respond(now, status, response);
        return response;
    }

    /// <summary>Sends a provisional response.</summary>
    public void Ring(Instant now, SipCall call, int status, ReadOnlyMemory<byte> sdp)
    {
        if (call is not { State: SipCallState.Incoming, IncomingInvite: { } invite } || status is <= 100 or >= 200) return;
        Respond(now, invite, status, new ResponseWriter.Content { ToTag = call.LocalTag, Contact = call.ContactFor?.Invoke(invite.Flow), ContactUser = call.LocalUser, Body = sdp });
    }

    /// <summary>Sends the 200 to an INVITE or re-INVITE, until its ACK.</summary>
    public void Accept(Instant now, SipCall call, ReadOnlyMemory<byte> sdp)
    {
        if (call is not { State: SipCallState.Incoming or SipCallState.Established, IncomingInvite: { } invite }) return;
        call.IncomingInvite = null;
        call.State = SipCallState.Established;
        var content = new ResponseWriter.Content { ToTag = call.LocalTag, Contact = call.ContactFor?.Invoke(invite.Flow), ContactUser = call.LocalUser, Capabilities = true, Body = sdp };
        var response = Respond(now, invite, 200, content);
        _parts.Successes.Start(now, call, invite.Request.CSeq, invite.Flow, response);
    }

    /// <summary>Refuses an INVITE, which ends the call, or a re-INVITE, which does not.</summary>
    public void Reject(Instant now, SipCall call, int status, string? reason, IReadOnlyList<KeyValuePair<string, string>>? headers)
    {
        if (call.IncomingInvite is not { } invite || status is < 300 or > 699) return;
        call.IncomingInvite = null;
        Respond(now, invite, status, new ResponseWriter.Content { ToTag = call.LocalTag, Reason = reason, Headers = headers });
        if (call.State == SipCallState.Incoming) _parts.Terminate(call);
    }

    // A flood of strangers must not keep a running call from being changed, cancelled or hung up.
    private bool IsTooMuch(SipMessage message, TransactionKey key)
    {
        if (!_parts.Transactions.IsFull) return false;
        var isOfACall = message.Method == SipMethod.Cancel
            ? _parts.Transactions.TryGetServer(key with { Method = SipMethod.Invite }, out _)
            : _withinDialogs.TryGetCall(message, out _);
        return !(isOfACall && !_parts.Transactions.IsOverfull) && !_parts.Transactions.TryMakeRoom();
    }

    private void HandleKnown(Instant now, SipFlow flow, ServerTransaction known, SipMessage message)
    {
        if (message.Method != SipMethod.Ack) known.HandleRepetition(now);
        else if (known is InviteServerTransaction { State: not TransactionState.Accepted } invite) invite.HandleAck(now);
        else _withinDialogs.HandleAck(message);
    }

    private void HandleNew(Instant now, IncomingRequest request)
    {
        var transaction = Serve(now, request);
        if (request.Method == SipMethod.Cancel) HandleCancel(now, transaction);
        else if (request.ToTag.Length > 0) _withinDialogs.Handle(now, transaction);
        else if (!_parts.Merged.TryAdd(request)) Respond(now, transaction, 482);
        else if (RequestInspection.Inspect(request.Message, _parts.Capabilities) is not 0 and var status) Respond(now, transaction, status);
        else HandleOutside(now, transaction);
    }

    private void HandleOutside(Instant now, ServerTransaction transaction)
    {
        switch (transaction.Request.Method)
        {
            case SipMethod.Invite:
                HandleInvite(now, transaction);
                break;
            case SipMethod.Options:
                RespondCapabilities(now, transaction);
                break;
            case SipMethod.Bye or SipMethod.Info:
                Respond(now, transaction, 481);
                break;
            default:
                Respond(now, transaction, 405);
                break;
        }
    }

    /// <summary>The answer to OPTIONS (§11.2).</summary>
    public void RespondCapabilities(Instant now, ServerTransaction transaction) =>
        Respond(now, transaction, 200, new ResponseWriter.Content { ContactUser = _parts.Options.User, Capabilities = true });

    // §9.2: found by the branch of the INVITE. A CANCEL after the final response changes nothing.
    private void HandleCancel(Instant now, ServerTransaction cancel)
    {
        var key = cancel.Key with { Method = SipMethod.Invite };
        if (!_parts.Transactions.TryGetServer(key, out var invite))
        {
            Respond(now, cancel, 481);
            return;
        }

        var call = _parts.Dialogs.OfInvite(invite);
        Respond(now, cancel, 200, new ResponseWriter.Content { ToTag = call?.LocalTag });
        if (invite.IsPending && call is not null) GiveUp(now, call, invite, UacBehaviour.ReasonText(cancel.Request.Message));
    }

    private void GiveUp(Instant now, SipCall call, ServerTransaction invite, string? reason)
    {
        call.IncomingInvite = null;
        Respond(now, invite, 487, new ResponseWriter.Content { ToTag = call.LocalTag });
        if (call.State != SipCallState.Incoming) return;
        _parts.Outbox.Tell(new SipEvent.Cancelled(call, reason));
        _parts.Terminate(call);
    }

    private void HandleInvite(Instant now, ServerTransaction transaction)
    {
        var request = transaction.Request;
        if (!request.Message.TryGetContact(out _))
        {
            Respond(now, transaction, 400, new ResponseWriter.Content { Reason = "Missing Contact" });
            return;
        }

        if (_parts.Dialogs.Count >= _parts.Options.MaxCalls)
        {
            Respond(now, transaction, 503, new ResponseWriter.Content { RetryAfter = _parts.Tokens.RetryAfter() });
            return;
        }

        var call = NewCall(request);
        call.IncomingInvite = transaction;
        // §13.3.1: the caller may say how long it waits; nobody may answer after that.
        if (request.Message.TryGetNumber(SipHeader.Expires, out var seconds) && transaction is InviteServerTransaction invite)
            invite.ExpireAt(now + TimeSpan.FromSeconds(seconds), at => GiveUp(at, call, invite, null));
        _parts.Outbox.Tell(new SipEvent.IncomingInvite(call, request.Body));
    }

    private SipCall NewCall(IncomingRequest request)
    {
        var message = request.Message;
        message.TryGetFrom(out var from);
        message.TryGetTo(out var to);
        var account = message.TryGetRequestUri(out var called) ? _parts.Registrations.Find(called.UserString()) : null;
        var call = new SipCall
        {
            Id = _parts.Dialogs.NextId(),
            IsCaller = false,
            CallId = request.CallId,
            LocalTag = _parts.Tokens.Tag(),
            LocalUri = Encoding.UTF8.GetString(to.UriText),
            LocalUser = account?.Options.ContactUser ?? _parts.Options.User,
            Account = account,
            RemoteUri = Encoding.UTF8.GetString(from.UriText),
            RemoteDisplayName = from.DisplayNameString(),
            LocalSequence = _parts.Tokens.FirstCSeq(),
            State = SipCallState.Incoming,
        };
        call.Learn(request.Flow, message);
        call.TakeRoutes(message);
        call.TakeRemoteSequence(request.CSeq);
        _parts.Dialogs.Establish(call, request.FromTag);
        return call;
    }
}
