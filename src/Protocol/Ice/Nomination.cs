// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Ice;

/// <summary>The controlling side's choice (RFC 8445 §8.1.1): one pair, once, told by a second check with USE-CANDIDATE.</summary>
/// <remarks>
/// <code>
///   a direct pair works ───────────────────────────────────────► nominate it
///   only a relayed one (or TCP) works ──► wait ≤ RelayWait ────► nominate the best that works by then
///                                             └ nothing direct is left to try ┘
///   answered ──► nominated for this session: another one only by restart, or by a higher NOMINATION where both offer renomination
/// </code>
/// Thread: its agent's.
/// </remarks>
internal sealed class Nomination(IceSession session)
{
    private Instant _deadline = Instant.Never;
    private Instant _nextHurry = Instant.Never;
    private CandidatePair? _underWay;

    /// <summary>When a relayed pair is taken.</summary>
    public Instant NextTimeout => _deadline == Instant.Never ? Instant.Never : Instant.Min(_deadline, _nextHurry);

    /// <summary>Something changed: choose, if it is time.</summary>
    public void Consider(Instant now)
    {
        var current = session.Current;
        if (!session.IsControlling || current.Nominated is not null || _underWay is not null)
            return;
        if (current.Pairs.BestValid() is not { } best)
        {
            _deadline = Instant.Never;
            return;
        }

        if (current.Pairs.BestValid(static p => p.IsDirect) is { } direct)
        {
            Nominate(direct);
            return;
        }

        if (_deadline == Instant.Never)
        {
            _deadline = now + session.Options.RelayWait;
            _nextHurry = now;
        }

        // A wait in which nothing is tried would be for nothing.
        if (_nextHurry <= now)
        {
            current.Pairs.Hurry(now);
            _nextHurry = now + (session.Options.RelayWait / 4);
        }

        if (_deadline <= now || (current.IsRemoteComplete && !HasOpenDirect(current)))
            Nominate(best);
    }

    /// <summary>Chooses another pair after the session has one. False where the peer did not agree to that.</summary>
    public bool TryRenominate(CandidatePair pair)
    {
        if (!session.IsControlling || pair.Generation != session.Current || !session.Current.MayRenominate)
            return false;
        Nominate(pair);
        return true;
    }

    /// <summary>A check with USE-CANDIDATE was answered.</summary>
    /// <returns>True when it was the last choice.</returns>
    public bool NoteAnswered(CandidatePair pair)
    {
        if (_underWay != pair)
            return false;
        Reset();
        pair.IsNominating = false;
        session.Current.Nominated = pair;
        return true;
    }

    /// <summary>A check failed. True when it nominated: the peer may or may not have heard it, and only a restart, or a higher number, is clear.</summary>
    public bool NoteFailed(CandidatePair pair)
    {
        if (_underWay != pair)
            return false;
        Reset();
        pair.IsNominating = false;
        return true;
    }

    /// <summary>Another generation, or another role: the choice is open again.</summary>
    public void Reset() => (_deadline, _underWay) = (Instant.Never, null);

    private void Nominate(CandidatePair pair)
    {
        if (_underWay is not null)
            _underWay.IsNominating = false;
        _deadline = Instant.Never;
        _underWay = pair;
        pair.IsNominating = true;
        session.Current.NominationNumber++;
        session.Current.Pairs.Trigger(pair);
    }

    private static bool HasOpenDirect(IceGeneration generation)
    {
        foreach (var pair in generation.Pairs.All)
        {
            if (pair.IsOpen && pair.IsDirect)
                return true;
        }

        return false;
    }
}
