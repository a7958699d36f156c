// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>Who sends a request over whatever flow takes it.</summary>
internal interface IRequestUser
{
    /// <summary>It goes out on a flow; once more for each flow that is tried.</summary>
    void HandleSent(Instant now, OutgoingRequest sent);

    /// <summary>A response.</summary>
    void HandleResponse(Instant now, IncomingResponse response);

    /// <summary>No flow brought a response: 408, or 503 when none could carry it.</summary>
    void HandleFailure(Instant now, int status);
}

/// <summary>
/// One request on its way over several flows: the next is tried when a flow fails, stays silent for 64·T1 or answers 503 (RFC 3263 §4.3),
/// which is also how a request over 1300 bytes falls back from TCP to UDP (RFC 3261 §18.1.1).
/// </summary>
/// <remarks>
/// <code>
/// Resolving ──flows──► Sent on flow 1 ──failed──► Sent on flow 2 ──failed──► Failed
///     └──none, or 64·T1──► Failed    └──response──► told
/// </code>
/// Thread: signalling.
/// </remarks>
internal sealed class PendingRequest(SipParts parts, RequestDraft draft, IRequestUser user) : IClientTransactionUser, ITimed
{
    private readonly Queue<SipFlow> _flows = [];
    private bool _wasHeard;
    private bool _isAbandoned;

    /// <summary>The transaction at hand; null while flows are looked up, and for an ACK.</summary>
    public ClientTransaction? Transaction { get; private set; }

    /// <summary>A last resort when nothing else works: the flow that the dialog came over.</summary>
    public SipFlow? Fallback { get; init; }

    /// <summary>Starts with an ordered list of flows.</summary>
    public void Start(Instant now, IEnumerable<SipFlow> flows)
    {
        if (_isAbandoned) return;
        parts.Timers.Stop(this, SipTimer.Forget);
        foreach (var flow in flows) _flows.Enqueue(flow);
        if (Fallback is not null && !_flows.Contains(Fallback)) _flows.Enqueue(Fallback);
        if (!TryNext(now)) user.HandleFailure(now, 503);
    }

    /// <summary>No other flow is tried from now on.</summary>
    public void StopTrying() => _flows.Clear();

    /// <summary>Nothing of it is sent from now on; what comes of what was sent is still told.</summary>
    public void StopSending()
    {
        StopTrying();
        (Transaction as InviteClientTransaction)?.StopRepeating();
    }

    /// <summary>Gives up while flows are looked up.</summary>
    public void Abandon()
    {
        _isAbandoned = true;
        _flows.Clear();
        parts.Timers.Stop(this, SipTimer.Forget);
        parts.Sender.Forget(this);
    }

    /// <inheritdoc/>
    public void HandleResponse(Instant now, ClientTransaction transaction, IncomingResponse response)
    {
        var canTryAnother = response.Status == 503 && !_wasHeard;
        _wasHeard |= response.Status != 503;
        if (!canTryAnother || !TryNext(now)) user.HandleResponse(now, response);
    }

    /// <inheritdoc/>
    public void HandleFailure(Instant now, ClientTransaction transaction, int status)
    {
        if (_wasHeard || !TryNext(now)) user.HandleFailure(now, status);
    }

    /// <summary>The resolver never answered.</summary>
    public void HandleTimer(Instant now, SipTimer timer)
    {
        Abandon();
        user.HandleFailure(now, 408);
    }

    private bool TryNext(Instant now)
    {
        if (!_flows.TryDequeue(out var flow)) return false;
        if (draft.BodyFor is { } bodyFor) draft = draft with { Body = bodyFor(flow) };
        var request = parts.Requests.Write(draft, flow, parts.Tokens.Branch());

        // The URI of From is part of the dialog for some peers: the first flow decides it.
        draft = request.Draft;
        user.HandleSent(now, request);
        if (draft.Method == SipMethod.Ack)
        {
            parts.Outbox.Send(flow, request.Message);
            return true;
        }

        Transaction = draft.Method == SipMethod.Invite
            ? new InviteClientTransaction(parts.Context, this, request)
            : new NonInviteClientTransaction(parts.Context, this, request);
        parts.Transactions.Start(now, Transaction);
        return true;
    }
}
