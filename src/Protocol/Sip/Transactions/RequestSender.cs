// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>Finds flows for requests: those at hand, or those that the user of the core looks up (RFC 3261 §8.1.2, §18.1.1).</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class RequestSender(SipParts parts)
{
    // §18.1.1: with an unknown path MTU a larger request must go over a transport with congestion control.
    private const int LargestDatagram = 1300;

    private readonly Dictionary<int, Question> _questions = [];
    private int _lastQuery;

    /// <summary>How many questions are open.</summary>
    public int OpenQuestions => _questions.Count;

    /// <summary>Sends a request over given flows, or asks for some towards the next hop.</summary>
    public PendingRequest Send(Instant now, RequestDraft draft, string nextHop, IReadOnlyList<SipFlow> flows, IRequestUser user)
    {
        var isLarge = parts.Requests.Measure(draft) > LargestDatagram;
        var pending = new PendingRequest(parts, draft, user);
        if (flows.Count > 0) pending.Start(now, Ordered(flows, isLarge));
        else Ask(now, pending, nextHop, isLarge, mustProtect: false);
        return pending;
    }

    /// <summary>
    /// Sends a request within a call: over its flow where that leads to the next hop or is the only way through a NAT, and as a last resort.
    /// A call that came about under TLS never goes on in clear: its description may hold keys.
    /// </summary>
    public PendingRequest SendWithin(Instant now, SipCall call, RequestDraft draft, string nextHop, IRequestUser user)
    {
        var isLarge = parts.Requests.Measure(draft) > LargestDatagram;
        var isUsable = call.Flow is not null && !call.IsFlowBroken && (call.Flow.IsProtected || !call.MustProtect);
        var pending = new PendingRequest(parts, draft, user) { Fallback = isUsable ? call.Flow : null };
        var isOnlyWay = call.IsBehindNat && draft.Routes.Count == 0;
        var leadsThere = isUsable && FlowChoice.LeadsTo(call.Flow!, nextHop) && (!isLarge || call.Flow!.IsReliable);
        if (isUsable && (isOnlyWay || leadsThere)) pending.Start(now, [call.Flow!]);
        else Ask(now, pending, nextHop, isLarge, mustProtect: call.MustProtect);
        return pending;
    }

    /// <summary>The answer to a question.</summary>
    public void HandleResolved(Instant now, int query, IReadOnlyList<SipFlow> flows)
    {
        if (!_questions.Remove(query, out var question)) return;
        var usable = question.MustProtect ? [.. flows.Where(f => f.IsProtected)] : flows;
        question.Pending.Start(now, Ordered(usable, question.IsLarge));
    }

    /// <summary>Drops the question of a request that gave up.</summary>
    public void Forget(PendingRequest pending)
    {
        foreach (var (query, _) in _questions.Where(q => q.Value.Pending == pending).ToArray()) _questions.Remove(query);
    }

    // A small request has no need of a connection where a datagram will do; a large one falls back to datagrams when nobody takes connections.
    private static IEnumerable<SipFlow> Ordered(IReadOnlyList<SipFlow> flows, bool isLarge) =>
        isLarge ? flows.OrderBy(f => f.IsReliable ? 0 : 1)
        : flows.Any(f => !f.IsReliable) ? flows.Where(f => !f.IsReliable)
        : flows;

    private void Ask(Instant now, PendingRequest pending, string nextHop, bool isLarge, bool mustProtect)
    {
        var query = ++_lastQuery;
        _questions[query] = new Question(pending, isLarge, mustProtect);
        parts.Timers.Set(pending, SipTimer.Forget, now + parts.Timers.GiveUp);
        parts.Outbox.Tell(new SipEvent.ResolveNeeded(query, nextHop, isLarge));
    }

    private readonly record struct Question(PendingRequest Pending, bool IsLarge, bool MustProtect);
}
