// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Ice;

/// <summary>The pairs in order of priority, and which of them is checked next (RFC 8445 §6.1.2, §6.1.4.2).</summary>
/// <remarks>Thread: its agent's. At most <see cref="Maximum"/> pairs; looking one up allocates nothing.</remarks>
internal sealed class CheckList(IceGeneration generation)
{
    /// <summary>RFC 8445 §6.1.2.5.</summary>
    public const int Maximum = 100;

    private readonly List<CandidatePair> _pairs = [];
    private readonly Queue<CandidatePair> _triggered = [];

    /// <summary>Best first.</summary>
    public List<CandidatePair> All => _pairs;

    /// <summary>Do triggered checks wait?</summary>
    public bool HasTriggered => _triggered.Count > 0;

    /// <summary>Pairs a candidate of ours with one of the peer's, unless they cannot talk or the pair is there (§6.1.2.2–6.1.2.5).</summary>
    /// <param name="local">Ours.</param>
    /// <param name="remote">The peer's.</param>
    /// <param name="isControlling">Our role.</param>
    /// <param name="wasHeard">A check came that way: whatever the kinds of the addresses, the two can talk. Chromium asks loopback from elsewhere, and stays there.</param>
    /// <returns>The pair, old or new; null when there is none.</returns>
    public CandidatePair? Add(IceCandidate local, IceCandidate remote, bool isControlling, bool wasHeard = false)
    {
        if (!Fits(local, remote) || (!wasHeard && !IsOneScope(local, remote)))
            return null;
        if (Find(local.Base, remote.Address) is { } known)
            return known;
        var pair = new CandidatePair(generation, local, remote) { Priority = CandidatePriority.OfPair(local.Priority, remote.Priority, isControlling) };
        if (_pairs.Count >= Maximum && !MakeRoom(pair))
            return null;
        pair.State = IsFoundationBusy(pair) ? PairState.Frozen : PairState.Waiting;
        Insert(pair);
        return pair;
    }

    /// <summary>The pair of a socket or relay and an address.</summary>
    public CandidatePair? Find(in TransportAddress origin, in TransportAddress target)
    {
        foreach (var pair in _pairs)
        {
            if (pair.Target == target && pair.Base == origin)
                return pair;
        }

        return null;
    }

    /// <summary>The best pair that works, of those that a question allows.</summary>
    public CandidatePair? BestValid(Func<CandidatePair, bool>? allows = null)
    {
        foreach (var pair in _pairs)
        {
            if (pair.IsValid && (allows is null || allows(pair)))
                return pair;
        }

        return null;
    }

    /// <summary>Gives a pair's remote candidate its proper description; the pair's order stays.</summary>
    public void Rename(IceCandidate known, IceCandidate candidate)
    {
        foreach (var pair in _pairs)
        {
            if (pair.Remote == known)
                pair.Remote = candidate;
        }
    }

    /// <summary>Puts a pair into the triggered-check queue (§6.1.4.1).</summary>
    public void Trigger(CandidatePair pair)
    {
        if (pair.IsTriggered)
            return;
        pair.IsTriggered = true;
        _triggered.Enqueue(pair);
    }

    /// <summary>The next triggered check.</summary>
    public CandidatePair? NextTriggered()
    {
        while (_triggered.TryDequeue(out var pair))
        {
            pair.IsTriggered = false;
            if (_pairs.Contains(pair))
                return pair;
        }

        return null;
    }

    /// <summary>The next ordinary check: the best that waits, else the best frozen one whose foundation nobody tries (§6.1.4.2).</summary>
    public CandidatePair? NextOrdinary()
    {
        CandidatePair? frozen = null;
        foreach (var pair in _pairs)
        {
            if (pair.State == PairState.Waiting && !pair.IsTriggered)
                return pair;
            if (pair.State == PairState.Frozen && frozen is null && !IsFoundationBusy(pair))
                frozen = pair;
        }

        return frozen;
    }

    /// <summary>Is there an ordinary check to come? Cheaper than asking which.</summary>
    public bool HasOrdinary()
    {
        foreach (var pair in _pairs)
        {
            if (pair.State is PairState.Waiting or PairState.Frozen && !pair.IsTriggered)
                return true;
        }

        return false;
    }

    /// <summary>A pair works: those of its foundation probably do (§7.2.5.3.3).</summary>
    public void Unfreeze(CandidatePair success)
    {
        foreach (var pair in _pairs)
        {
            if (pair.State == PairState.Frozen && pair.SharesFoundation(success))
                pair.State = PairState.Waiting;
        }
    }

    /// <summary>Direct checks that wait for an answer are repeated now instead of at the end of a wait that doubles.</summary>
    /// <remarks>The first of two checks that open two NATs is always lost: the one sent before the peer began.</remarks>
    public void Hurry(Instant now)
    {
        foreach (var pair in _pairs)
        {
            if (pair.State == PairState.InProgress && pair.IsDirect)
                pair.Check.Hurry(now);
        }
    }

    /// <summary>Another role, other priorities (§7.3.1.1).</summary>
    public void Reorder(bool isControlling)
    {
        foreach (var pair in _pairs)
            pair.Priority = CandidatePriority.OfPair(pair.Local.Priority, pair.Remote.Priority, isControlling);
        _pairs.Sort(static (a, b) => b.Priority.CompareTo(a.Priority));
    }

    /// <summary>Takes out the pairs of a socket or relay that is gone.</summary>
    public void RemoveBase(TransportAddress origin) => _pairs.RemoveAll(p => p.Base == origin);

    // UDP to UDP, active to passive (RFC 6544 §6.2); one family.
    private static bool Fits(IceCandidate local, IceCandidate remote)
    {
        bool carries = local.Transport == CandidateTransport.Udp ? remote.Transport == CandidateTransport.Udp
            : local.Transport == CandidateTransport.TcpActive && remote.Transport == CandidateTransport.TcpPassive;
        return carries && local.Component == remote.Component && !remote.IsName && local.Base.IsV6 == remote.Address.IsV6;
    }

    // Link-local and loopback only among themselves (RFC 8445 §6.1.2.2).
    private static bool IsOneScope(IceCandidate local, IceCandidate remote) =>
        local.Base.IsLoopback == remote.Address.IsLoopback && (!local.Base.IsV6 || local.Base.IsLinkLocal == remote.Address.IsLinkLocal);

    private bool IsFoundationBusy(CandidatePair pair)
    {
        foreach (var other in _pairs)
        {
            if (other != pair && other.State is PairState.Waiting or PairState.InProgress && other.SharesFoundation(pair))
                return true;
        }

        return false;
    }

    private void Insert(CandidatePair pair)
    {
        int at = _pairs.Count;
        while (at > 0 && _pairs[at - 1].Priority < pair.Priority)
            at--;
        _pairs.Insert(at, pair);
    }

    // The worst that has come to nothing, or has not begun, goes; never one that works or is in use.
    private bool MakeRoom(CandidatePair pair)
    {
        for (int i = _pairs.Count - 1; i >= 0; i--)
        {
            var worst = _pairs[i];
            if (worst.State == PairState.Failed || (worst.State is PairState.Frozen or PairState.Waiting && worst.Priority < pair.Priority))
            {
                _pairs.RemoveAt(i);
                return true;
            }
        }

        return false;
    }
}
