// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>Who sends a request over whatever flow takes it.</summary>
internal interface IRequestUser
{
    /// <summary>It goes out on a flow; once more for each flow that is tried.</summary>
    void HandleSent(Instant now, OutgoingRequest sent);

    /// <summary>A challenge, which is answered by the same request once more.</summary>
    void HandleChallenge(IncomingResponse challenge)
    {
    }

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
    private readonly HashSet<string> _answered = [];
    private bool _wasHeard;
    private bool _isAbandoned;
    private bool _isStopped;
    private int _rounds;

    /// <summary>The transaction at hand; null while flows are looked up, and for an ACK.</summary>
    public ClientTransaction? Transaction { get; private set; }

    /// <summary>A last resort when nothing else works: the flow that the dialog came over.</summary>
    public SipFlow? Fallback { get; init; }

    /// <summary>Starts with an ordered list of flows.</summary>
    public void Start(Instant now, IEnumerable<SipFlow> flows)
    {
        if (_isAbandoned) return;
        parts.Timers.Stop(this, SipTimer.Forget);
        foreach (var flow in flows.OrderBy(f => f == draft.Preferred ? 0 : 1)) _flows.Enqueue(flow);
        if (Fallback is not null && !_flows.Contains(Fallback)) _flows.Enqueue(Fallback);
        if (!TryNext(now)) user.HandleFailure(now, 503);
    }

    /// <summary>No other flow is tried from now on, and no challenge answered.</summary>
    public void StopTrying()
    {
        _isStopped = true;
        _flows.Clear();
    }

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
        StopTrying();
        parts.Timers.Stop(this, SipTimer.Forget, SipTimer.NextServer);
        parts.Sender.Forget(this);
    }

    /// <inheritdoc/>
    public void HandleResponse(Instant now, ClientTransaction transaction, IncomingResponse response)
    {
        var canTryAnother = response.Status == 503 && !_wasHeard;
        _wasHeard |= response.Status != 503;
        parts.Timers.Stop(this, SipTimer.NextServer);
        if (TryAnswer(now, transaction.Flow, response)) return;
        if (!canTryAnother || !TryNext(now)) user.HandleResponse(now, response);
    }

    /// <inheritdoc/>
    public void HandleFailure(Instant now, ClientTransaction transaction, int status)
    {
        parts.Timers.Stop(this, SipTimer.NextServer);
        if (_wasHeard || !TryNext(now)) user.HandleFailure(now, status);
    }

    /// <summary>The resolver never answered, or a server stays silent while another one is there.</summary>
    public void HandleTimer(Instant now, SipTimer timer)
    {
        if (timer == SipTimer.NextServer)
        {
            if (_flows.Count == 0) return;
            Transaction?.Abandon();
            TryNext(now);
            return;
        }

        Abandon();
        user.HandleFailure(now, 408);
    }

    // RFC 3261 §22.2: the same request with the answer, a number more and a branch of its own, over the flow that asked.
    private bool TryAnswer(Instant now, SipFlow flow, IncomingResponse response)
    {
        if (response.Status is not (401 or 407) || draft.Authentication is not { } authentication || _isStopped || _rounds == SipAuthentication.MaxRounds
            || !authentication.TryTake(response.Message, draft.Method, _answered, parts.Tokens.Tag)) return false;
        _rounds++;
        user.HandleChallenge(response);
        draft = draft with { CSeq = draft.NextCSeq?.Invoke() ?? draft.CSeq + 1 };
        Send(now, flow);
        return true;
    }

    private bool TryNext(Instant now)
    {
        if (!_flows.TryDequeue(out var flow)) return false;
        if (draft.BodyFor is { } bodyFor) draft = draft with { Body = bodyFor(flow) };
        if (draft.Patience is { } patience && _flows.Count > 0) parts.Timers.Set(this, SipTimer.NextServer, now + patience);
        Send(now, flow);
        return true;
    }

    private void Send(Instant now, SipFlow flow)
    {
        IReadOnlyList<KeyValuePair<string, string>> credentials = draft.Authentication?.Answer(draft.Method, draft.Uri, draft.Body.Span, _answered) ?? [];
        var request = parts.Requests.Write(credentials.Count == 0 ? draft : draft with { Headers = [.. draft.Headers, .. credentials] }, flow, parts.Tokens.Branch());

        // The URI of From is part of the dialog for some peers: the first flow decides it.
        draft = draft with { LocalUri = request.Draft.LocalUri };
        user.HandleSent(now, request);
        if (draft.Method == SipMethod.Ack)
        {
            parts.Outbox.Send(flow, request.Message);
            return;
        }

        Transaction = draft.Method == SipMethod.Invite
            ? new InviteClientTransaction(parts.Context, this, request)
            : new NonInviteClientTransaction(parts.Context, this, request);
        parts.Transactions.Start(now, Transaction);
    }
}
