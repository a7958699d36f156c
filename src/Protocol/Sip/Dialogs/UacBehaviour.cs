// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>What the user of the core asks to be sent: the client half of a user agent.</summary>
/// <remarks>Thread: signalling. What a call's state does not allow is left undone: the peer may have been faster.</remarks>
internal sealed class UacBehaviour(SipParts parts)
{
    private int _lastOptions;

    /// <summary>A response from the network: to its transaction, or nowhere (RFC 3261 §18.1.2).</summary>
    public void HandleResponse(Instant now, SipFlow flow, SipMessage response)
    {
        if (!ResponseInspection.IsOurs(response) || !TransactionKey.TryOfResponse(response, out var key)) return;
        if (parts.Transactions.TryGetClient(key, out var transaction)) transaction.HandleResponse(now, new IncomingResponse(flow, response));
    }

    /// <summary>Calls somebody.</summary>
    public SipCall Invite(Instant now, SipInvite request)
    {
        var options = parts.Options;
        var account = request.Account;
        var call = new SipCall
        {
            Id = parts.Dialogs.NextId(),
            IsCaller = true,
            CallId = parts.Tokens.CallId(),
            LocalTag = parts.Tokens.Tag(),
            LocalUri = account?.Options.AddressOfRecord ?? (request.User is null ? options.AddressOfRecord ?? "" : ""),
            LocalName = request.DisplayName ?? account?.Options.DisplayName ?? options.DisplayName,
            LocalUser = account?.Options.ContactUser ?? request.User ?? options.User,
            Account = account,
            RemoteUri = request.Target,
            RemoteTarget = request.Target,
            LocalSequence = parts.Tokens.FirstCSeq(),
            RouteSet = request.Route.Count == 0 && account is not null ? account.Routes : request.Route,
        };
        parts.Dialogs.Add(call);
        var invite = new OutgoingInvite(parts, call);
        call.OutgoingInvite = invite;
        var (draft, nextHop) = call.Draft(SipMethod.Invite, call.LocalSequence, request.Sdp);
        invite.Start(now, draft with { Headers = request.Headers, BodyFor = request.SdpFor, Preferred = account?.Flow }, nextHop, request.Flows);
        return call;
    }

    /// <summary>Acknowledges a 2xx.</summary>
    public void Ack(Instant now, SipCall call, ReadOnlyMemory<byte> sdp)
    {
        if (call.AckOwed is not { } cseq) return;
        call.AckOwed = null;
        parts.Acks.Send(now, call, cseq, sdp);
    }

    /// <summary>Gives up an INVITE.</summary>
    public void Cancel(Instant now, SipCall call)
    {
        if (parts.Dialogs.Contains(call)) call.OutgoingInvite?.Cancel(now);
    }

    /// <summary>Hangs up. A callee must not before it answered and heard the ACK, or missed it (§15): the answer to an INVITE is Reject.</summary>
    public void Bye(Instant now, SipCall call, string? reason)
    {
        var isEarly = call is { State: SipCallState.Inviting, RemoteTag.Length: > 0 };
        if (call.State == SipCallState.Inviting && !isEarly) Cancel(now, call);
        if (call.State != SipCallState.Established && !isEarly) return;

        Ack(now, call, default);
        call.State = SipCallState.Leaving;
        call.OutgoingInvite?.Leave(now, cancel: false);
        parts.Successes.StopAll(call);
        OutgoingBye.Send(now, parts, call, reason);
    }

    /// <summary>Offers a change; one at a time, and never while the peer's INVITE is unanswered or our answer to it unconfirmed (§14.1).</summary>
    public bool Reinvite(Instant now, SipCall call, ReadOnlyMemory<byte> sdp)
    {
        if (call.State != SipCallState.Established || call.OutgoingReinvite is not null || call.IncomingInvite is not null
            || parts.Successes.Waits(call)) return false;
        Ack(now, call, default);
        var reinvite = new OutgoingReinvite(parts, call, ++call.LocalSequence);
        call.OutgoingReinvite = reinvite;
        reinvite.Start(now, sdp);
        return true;
    }

    /// <summary>Is no offer open, and no INFO of ours?</summary>
    public bool MayInform(SipCall call) =>
        call is { State: SipCallState.Established, OutgoingInfo: null, OutgoingReinvite: null, IncomingInvite: null, AckOwed: null } && !parts.Successes.Waits(call);

    /// <summary>Says something in a call.</summary>
    public bool Inform(Instant now, SipCall call, string package, ReadOnlyMemory<byte> body)
    {
        if (!MayInform(call) || !call.TakesInfo(package) || parts.Options.InfoPackages.FirstOrDefault(p => p.Name == package) is not { } known) return false;
        OutgoingInfo.Send(now, parts, call, known, body);
        return true;
    }

    /// <summary>Asks what a peer can do.</summary>
    public int Options(Instant now, string target, IReadOnlyList<SipFlow> flows)
    {
        var draft = new RequestDraft
        {
            Method = SipMethod.Options,
            Uri = target,
            CallId = parts.Tokens.CallId(),
            CSeq = parts.Tokens.FirstCSeq(),
            LocalTag = parts.Tokens.Tag(),
            LocalName = parts.Options.DisplayName,
            LocalUser = parts.Options.User,
            LocalUri = parts.Options.AddressOfRecord ?? "",
            RemoteUri = target,
        };
        var id = ++_lastOptions;
        parts.Sender.Send(now, draft, target, flows, new OutgoingOptions(parts, id));
        return id;
    }

    /// <summary>The text of a Reason header field (RFC 3326), or the whole of it.</summary>
    public static string? ReasonText(SipMessage message)
    {
        if (!message.TryGet(SipHeader.Reason, out var value)) return null;
        var semicolon = value.IndexOf((byte)';');
        return semicolon >= 0 && new SipParameters(value[semicolon..]).TryGet("text"u8, out var text)
            ? SipText.Unquote(text)
            : Encoding.UTF8.GetString(value);
    }
}
