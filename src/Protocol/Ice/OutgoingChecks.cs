// SPDX-License-Identifier: MIT
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Ice;

/// <summary>When which pair is checked (RFC 8445 §6.1.4), and when a check is repeated or given up (§14.3).</summary>
/// <remarks>
/// <code>
///   triggered queue ──► at most one each 5 ms ─┐
///   ordinary checks ──► at most one each Ta  ──┴─► Start ──► repeated by its transaction ──► answered | failed
/// </code>
/// Triggered checks do not wait for Ta: they answer a check of the peer's, one for one, which paces them already. After nomination ordinary
/// checks go on, slowly: a spare pair that is known to work is what makes a change of path quick.
/// Thread: its agent's.
/// </remarks>
internal sealed class OutgoingChecks(IceSession session)
{
    /// <summary>No two checks are closer (RFC 8445 §14.2: the least that Ta may be).</summary>
    private static readonly TimeSpan Closest = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan PaceWhenCompleted = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ShortestRto = TimeSpan.FromMilliseconds(50);
    private Instant _nextTriggered = Instant.Zero;
    private Instant _nextOrdinary = Instant.Zero;

    /// <summary>Repetitions, failures, and the next check.</summary>
    /// <returns>A pair whose check was given up, or null: call again until it is.</returns>
    public CandidatePair? HandleTimeout(Instant now)
    {
        var pairs = session.Current.Pairs;
        foreach (var pair in pairs.All)
        {
            switch (pair.Check.HandleTimeout(now))
            {
                case StunDue.Retransmit:
                    Push(pair);
                    break;
                case StunDue.Failed:
                    pair.State = PairState.Failed;
                    return pair;
                default:
                    break;
            }
        }

        if (session.Current.RemoteKey is not null)
            StartNext(now, pairs);
        return null;
    }

    /// <summary>The next deadline.</summary>
    public Instant NextTimeout()
    {
        var pairs = session.Current.Pairs;
        var next = Instant.Never;
        foreach (var pair in pairs.All)
        {
            if (pair.Check.IsPending)
                next = Instant.Min(next, pair.Check.Deadline);
        }

        if (session.Current.RemoteKey is null)
            return next;
        if (pairs.HasTriggered)
            next = Instant.Min(next, _nextTriggered);
        return pairs.HasOrdinary() && pairs.NextOrdinary() is not null ? Instant.Min(next, _nextOrdinary) : next;
    }

    /// <summary>A restart begins at once.</summary>
    public void Reset() => _nextOrdinary = _nextTriggered = Instant.Zero;

    private void StartNext(Instant now, CheckList pairs)
    {
        if (pairs.HasTriggered && _nextTriggered <= now && pairs.NextTriggered() is { } triggered)
        {
            Start(now, triggered);
            _nextTriggered = now + Closest;
        }

        if (_nextOrdinary > now || pairs.NextOrdinary() is not { } ordinary)
            return;
        // Where a triggered check has just left, the ordinary one keeps its distance.
        if (_nextTriggered > now)
        {
            _nextOrdinary = _nextTriggered;
            return;
        }

        Start(now, ordinary);
        _nextTriggered = now + Closest;
        _nextOrdinary = now + (session.Current.Nominated is null ? session.Pacing : PaceWhenCompleted);
    }

    private void Start(Instant now, CandidatePair pair)
    {
        if (pair.Check.IsPending)
            (pair.Abandoned, pair.AbandonedClaimedControl) = (pair.Check.Id, pair.WasControlling);
        if (!pair.IsValid)
            pair.State = PairState.InProgress;
        pair.WasControlling = session.IsControlling;
        pair.CheckNominates = pair.IsNominating;
        pair.Check = StunTransaction.Start(now, TransactionId.Draw(session.Random), RtoOf(pair), pair.IsReliable);
        Push(pair);
    }

    private void Push(CandidatePair pair) => session.Outgoing.Push(new(
        OutgoingKind.Check, pair.Generation, pair, pair.Base, pair.Target, pair.Check.Id, IsNominating: pair.CheckNominates, ClaimsControl: pair.WasControlling));

    // Measured where it was (RFC 8489 §6.2.1), else 500 ms or a round of all checks (RFC 8445 §14.3).
    private TimeSpan RtoOf(CandidatePair pair)
    {
        if (pair.RoundTrip > TimeSpan.Zero)
            return TimeSpan.FromTicks(Math.Clamp(3 * pair.RoundTrip.Ticks, ShortestRto.Ticks, StunTransaction.DefaultRto.Ticks));
        int open = 0;
        foreach (var other in session.Current.Pairs.All)
            open += other.State is PairState.Waiting or PairState.InProgress ? 1 : 0;
        var round = session.Pacing * open;
        return round > StunTransaction.DefaultRto ? round : StunTransaction.DefaultRto;
    }
}
