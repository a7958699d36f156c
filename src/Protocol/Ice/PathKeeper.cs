// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Ice;

/// <summary>Which pair packets take, whether its peer still consents, and which pairs stand by (RFC 7675, RFC 8445 §8, §11, §12).</summary>
/// <remarks>
/// <code>
///   works ──► Use ──► nominated ──► Use         spares (≤ 3): other pairs that work, asked each 15 s
///              │ a question unanswered for a second, media fell silent, the peer probes, the interface is gone
///              ▼
///            PathProbe ──► it answers: as before │ a spare answers: Use that │ nothing answers: Disconnected … Failed after 30 s
/// </code>
/// Thread: its agent's. In steady state nothing is allocated.
/// </remarks>
internal sealed class PathKeeper(IceSession session, Nomination nomination)
{
    private const int MaximumSpares = 3;
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AnswerWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RenominationWait = TimeSpan.FromSeconds(2);
    private readonly PathProbe _probe = new(session);
    private readonly List<CandidatePair> _spares = new(MaximumSpares + 1);
    private Instant _adviseAt = Instant.Never;
    private Instant _probedAt = Instant.Zero - ProbeInterval;
    private bool _isNominated;

    /// <summary>The path as others see it.</summary>
    public IcePath? Path { get; private set; }

    /// <summary>A pair works.</summary>
    public void NoteValid(Instant now, CandidatePair pair)
    {
        pair.Consent.NoteHeard(now);
        if (pair == session.Selected)
            return;
        bool isBetter = session.Selected is not { } selected || session.State is IceState.Disconnected or IceState.Failed
            || (!_isNominated && selected.Generation == pair.Generation && !selected.IsDirect && pair.IsDirect);
        if (isBetter) Use(now, pair, isNominated: false);
        else Spare(now, pair);
    }

    /// <summary>Both sides agreed on a pair.</summary>
    public void NoteNominated(Instant now, CandidatePair pair)
    {
        if (pair == session.Selected && _isNominated)
            return;
        if (pair.Generation == session.Current && session.Previous is { } previous)
            EndGeneration(previous);
        Use(now, pair, isNominated: true);
    }

    /// <summary>Signalling named what a check had discovered: the path may lead over a relay of the peer's.</summary>
    public void NoteNamed()
    {
        if (session.Selected is not { } selected || Path is not { } path || path.RemoteKind == selected.Remote.Kind)
            return;
        Path = path with { RemoteKind = selected.Remote.Kind };
        session.Events.Enqueue(new IceEvent.Selected(Path));
    }

    /// <summary>A restart: what was nominated stays in use, and is no longer the last word.</summary>
    public void NoteRestart()
    {
        _isNominated = false;
        _spares.RemoveAll(s => s.Generation != session.Previous);
    }

    /// <summary>An answer to a question or a check on a pair.</summary>
    public void NoteHeard(Instant now, CandidatePair pair)
    {
        pair.Consent.NoteHeard(now);
        if (pair == session.Selected && session.State == IceState.Disconnected)
            session.SetState(_isNominated ? IceState.Completed : IceState.Connected);
        Settle(now);
        // What both agreed on is alive after all: there is nothing to agree on anew.
        if (!_isNominated && !_probe.IsRunning && pair == session.Current.Nominated && session.Selected is { } other && other != pair)
            Use(now, pair, isNominated: true);
    }

    /// <summary>Doubts the path: asks it and the spares at once, and takes a spare that answers where the path does not.</summary>
    /// <param name="now">Now.</param>
    /// <param name="hasPeerLeft">The peer asks on a spare and no longer here: believe it sooner.</param>
    public void Probe(Instant now, bool hasPeerLeft = false)
    {
        // Who calls with each silent packet interval still asks no more than twice a second.
        if (session.Selected is null || _probedAt + ProbeInterval > now)
            return;
        _probedAt = now;
        _probe.Begin(now, _spares, isHinted: hasPeerLeft);
    }

    /// <summary>A socket or relay is gone.</summary>
    public void RemoveBase(Instant now, TransportAddress origin)
    {
        _spares.RemoveAll(s => s.Base == origin);
        if (session.Selected is { } lost && lost.Base == origin)
            Leave(now, lost);
    }

    /// <summary>The connection of a pair is gone.</summary>
    public void RemovePair(Instant now, CandidatePair pair)
    {
        _spares.Remove(pair);
        if (session.Selected == pair)
            Leave(now, pair);
    }

    /// <summary>Questions, probes, the end of consent.</summary>
    public void HandleTimeout(Instant now)
    {
        if (session.Selected is { } selected)
        {
            AskIfDue(now, selected, Consent.Interval);
            if (selected.Consent.Unanswered > 0 && selected.Consent.AskedAt + AnswerWait <= now && !_probe.IsRunning)
                _probe.Begin(now, _spares);
        }

        for (int i = _spares.Count - 1; i >= 0; i--)
        {
            var spare = _spares[i];
            AskIfDue(now, spare, Consent.SpareInterval);
            if (spare.Consent.ExpiresAt <= now && spare.Consent.Unanswered > 1)
                Give(spare);
        }

        _probe.HandleTimeout(now, _spares);
        Settle(now);
        Advise(now);
        if (session.Selected is { } expired && expired.Consent.ExpiresAt <= now)
            Expire(now, expired);
    }

    /// <summary>The next deadline.</summary>
    public Instant NextTimeout()
    {
        var next = Instant.Min(_probe.NextTimeout, _adviseAt);
        foreach (var spare in _spares)
            next = Instant.Min(next, spare.Consent.NextAt);
        if (session.Selected is not { } selected)
            return next;
        next = Instant.Min(next, Instant.Min(selected.Consent.NextAt, selected.Consent.ExpiresAt));
        return selected.Consent.Unanswered > 0 && !_probe.IsRunning ? Instant.Min(next, selected.Consent.AskedAt + AnswerWait) : next;
    }

    private void Use(Instant now, CandidatePair pair, bool isNominated)
    {
        var before = session.Selected;
        _spares.Remove(pair);
        session.Selected = pair;
        _isNominated = isNominated;
        _adviseAt = Instant.Never;
        _probe.End();
        pair.Consent.Keep(now, Consent.Interval, session.Random);
        if (before is not null && before != pair && before.IsValid)
            Spare(now, before);
        Path = new IcePath(
            pair.Base, pair.Target, session.Local.KindSeen(pair.Local, pair.Mapped), pair.Remote.Kind, pair.IsReliable, isNominated, pair.RoundTrip, pair.Generation.Number);
        session.Events.Enqueue(new IceEvent.Selected(Path));
        session.SetState(isNominated ? IceState.Completed : IceState.Connected);
    }

    private void Advise(Instant now)
    {
        if (_adviseAt > now)
            return;
        _adviseAt = Instant.Never;
        session.Events.Enqueue(new IceEvent.RestartNeeded(RestartReason.PathChanged));
    }

    private void EndGeneration(IceGeneration previous)
    {
        _spares.RemoveAll(s => s.Generation == previous);
        if (session.Selected?.Generation == previous)
            session.Selected = null;
        session.Previous = null;
        previous.Dispose();
    }

    // Away from a pair that no longer carries: to a spare at once, and to an agreement about it as soon as may be.
    private void Change(Instant now, CandidatePair to)
    {
        Use(now, to, isNominated: false);
        // The controlled side leaves it to the other one for a while: two restarts at once help nobody.
        if (!session.IsControlling && to.Generation.MayRenominate)
            _adviseAt = now + RenominationWait;
        else if (!nomination.TryRenominate(to))
            session.Events.Enqueue(new IceEvent.RestartNeeded(RestartReason.PathChanged));
        // The controlling side learns from a few questions in a row that we left.
        _probe.Begin(now, _spares, insists: true);
    }

    private void Leave(Instant now, CandidatePair lost)
    {
        lost.State = PairState.Failed;
        lost.Consent.Drop();
        if (AnyOther(now) is { } spare)
        {
            Change(now, spare);
            return;
        }

        AskTheCold();
        Clear(IceState.Disconnected);
        session.Events.Enqueue(new IceEvent.RestartNeeded(RestartReason.PathLost));
    }

    private void Expire(Instant now, CandidatePair expired)
    {
        expired.State = PairState.Failed;
        expired.Consent.Drop();
        if (BestSpare(now - Consent.Interval) is { } spare)
        {
            Change(now, spare);
            return;
        }

        Clear(IceState.Failed);
    }

    private void Clear(IceState state)
    {
        session.Selected = null;
        Path = null;
        _adviseAt = Instant.Never;
        _probe.End();
        session.Events.Enqueue(new IceEvent.Selected(null));
        session.SetState(state);
    }

    // What the probe has found out by now.
    private void Settle(Instant now)
    {
        if (!_probe.IsRunning || session.Selected is not { } selected)
            return;
        switch (_probe.Judge(now, selected, BestSpare(_probe.BeganAt)))
        {
            case ProbeVerdict.Alive:
                _probe.End();
                break;
            case ProbeVerdict.Moved:
                Change(now, BestSpare(_probe.BeganAt)!);
                break;
            case ProbeVerdict.Silent when session.State != IceState.Disconnected:
                session.SetState(IceState.Disconnected);
                session.Events.Enqueue(new IceEvent.RestartNeeded(RestartReason.PathLost));
                break;
            default:
                break;
        }
    }

    private void Spare(Instant now, CandidatePair pair)
    {
        if (_spares.Contains(pair) || pair.IsReliable)
            return;
        if (_spares.Count == MaximumSpares)
        {
            var least = pair;
            foreach (var spare in _spares)
            {
                if (Worth(spare).CompareTo(Worth(least)) < 0)
                    least = spare;
            }

            if (least == pair)
                return;
            least.Consent.Drop();
            _spares.Remove(least);
        }

        _spares.Add(pair);
        pair.Consent.Keep(now, Consent.SpareInterval, session.Random);
    }

    // Of use is what does not go down with the path: other sockets of ours, other addresses of the peer's, direct ones before relays.
    private (bool IsAgreed, int Rank, ulong Priority) Worth(CandidatePair spare)
    {
        int others = session.Selected is not { } selected ? 2 : (spare.Base != selected.Base ? 1 : 0) + (spare.Target.SameHost(selected.Target) ? 0 : 1);
        return (spare == session.Current.Nominated, (2 * others) + (spare.IsDirect ? 3 : 0), spare.Priority);
    }

    private void Give(CandidatePair spare)
    {
        spare.State = PairState.Failed;
        spare.Consent.Drop();
        _spares.Remove(spare);
    }

    // A pair that nobody kept warm is better than none, as long as its peer's last answer is a consent (RFC 7675 §5.1).
    private CandidatePair? AnyOther(Instant now) => BestSpare(Instant.Zero) ?? session.Current.Pairs.BestValid(p => p.Consent.ExpiresAt > now);

    // Afterwards it carries nothing before it is answered anew: then it is used as if it were found now.
    private void AskTheCold()
    {
        foreach (var pair in session.Current.Pairs.All)
        {
            if (pair.IsValid)
                session.Current.Pairs.Trigger(pair);
        }
    }

    private CandidatePair? BestSpare(Instant heardSince)
    {
        CandidatePair? best = null;
        foreach (var spare in _spares)
        {
            if (spare.IsValid && spare.Consent.HeardAt >= heardSince && (best is null || spare.Priority > best.Priority))
                best = spare;
        }

        return best;
    }

    private void AskIfDue(Instant now, CandidatePair pair, TimeSpan interval)
    {
        if (pair.Consent.NextAt > now)
            return;
        session.Ask(now, pair);
        pair.Consent.Keep(now, interval, session.Random);
    }
}
