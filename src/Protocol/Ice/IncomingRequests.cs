// SPDX-License-Identifier: MIT
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Ice;

/// <summary>The peer's checks (RFC 8445 §7.3): judged, answered, and answered with a check of ours.</summary>
/// <remarks>
/// <code>
///   USERNAME ours? ──► FINGERPRINT, MESSAGE-INTEGRITY ──► unknown attributes: 420 ──► role: 487 or switch ──► success
///       no: dropped, before any HMAC                                                                     └──► pair, trigger, nomination
/// </code>
/// What does not authenticate leaves no trace and gets no answer. Thread: its agent's. Allocates only for addresses it has not seen.
/// </remarks>
internal sealed class IncomingRequests(IceSession session, PathKeeper keeper, Nomination nomination)
{
    private static readonly TimeSpan InARow = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan JustNow = TimeSpan.FromMilliseconds(150);
    private readonly Discoveries _discoveries = new();

    /// <summary>Takes a request.</summary>
    public void Handle(Instant now, in TransportAddress origin, in TransportAddress from, in StunMessage message)
    {
        if (message.Method != StunMethod.Binding || !message.TryGet(StunAttribute.Username, out var username) || Find(username) is not { } generation
            || (message.HasFingerprint && !message.IsFingerprintValid) || !message.IsSha1Valid(generation.LocalKey))
            return;
        var id = message.TransactionId;
        Span<ushort> unknown = stackalloc ushort[1];
        if (message.FindUnknown(unknown) > 0)
        {
            Answer(generation, origin, from, id, 420, unknown[0]);
            return;
        }

        if (!TryAgreeOnRoles(message))
        {
            Answer(generation, origin, from, id, 487);
            return;
        }

        Answer(generation, origin, from, id);
        message.TryGetUInt32(StunAttribute.Priority, out uint priority);
        bool isNominating = message.Has(StunAttribute.UseCandidate);
        if (generation.Remote is null)
            generation.KeepEarly(new(origin, from, priority, isNominating));
        else
            Trigger(now, generation, origin, from, priority, isNominating, id, message.TryGetUInt32(StunAttribute.Nomination, out uint number) ? number : null);
    }

    /// <summary>Once the peer's description is there, its earlier checks count.</summary>
    public void TakeEarly(Instant now)
    {
        var generation = session.Current;
        if (generation.Remote is null || generation.Early.Count == 0)
            return;
        foreach (var check in generation.Early)
            Trigger(now, generation, check.Base, check.From, check.Priority, check.IsNominating, null, null);
        generation.ClearEarly();
    }

    private IceGeneration? Find(ReadOnlySpan<byte> username) =>
        session.Current.IsForUs(username) ? session.Current
        : session.Previous is { } previous && previous.IsForUs(username) ? previous
        : null;

    private bool TryAgreeOnRoles(in StunMessage message)
    {
        ulong? controlling = message.TryGetUInt64(StunAttribute.IceControlling, out ulong a) ? a : null;
        ulong? controlled = message.TryGetUInt64(StunAttribute.IceControlled, out ulong b) ? b : null;
        var verdict = RoleConflict.Judge(session.IsControlling, session.TieBreaker, controlling, controlled);
        if (verdict == RoleVerdict.Switch)
        {
            session.SwitchRole();
            nomination.Reset();
        }

        return verdict != RoleVerdict.Refuse;
    }

    private void Answer(IceGeneration generation, in TransportAddress origin, in TransportAddress to, in TransactionId id, ushort code = 0, ushort unknown = 0) =>
        session.Outgoing.Push(new(code == 0 ? OutgoingKind.Success : OutgoingKind.Error, generation, null, origin, to, id, code, unknown));

    private void Trigger(
        Instant now, IceGeneration generation, in TransportAddress origin, in TransportAddress from, uint priority, bool isNominating, TransactionId? id, uint? number)
    {
        var pair = generation.Pairs.Find(origin, from) ?? (generation == session.Current ? Discover(generation, origin, from, priority, id) : null);
        if (pair is null)
            return;
        if (!generation.IsPeerHeard)
            generation.Pairs.Hurry(now);
        generation.IsPeerHeard = true;
        NoteProbe(now, pair);
        if (!pair.IsValid && generation == session.Current)
        {
            // In progress or not: a check now passes the hole that the peer's has just made (§7.3.1.4).
            if (pair.State != PairState.InProgress)
                pair.State = PairState.Waiting;
            generation.Pairs.Trigger(pair);
        }

        if (isNominating && !session.IsControlling)
            TakeNomination(now, pair, number);
    }

    // A peer-reflexive candidate (§7.3.1.3).
    private CandidatePair? Discover(IceGeneration generation, in TransportAddress origin, in TransportAddress from, uint priority, TransactionId? id)
    {
        IceCandidate? local = null;
        foreach (var candidate in session.Local.All)
        {
            if (candidate.Base == origin && (local is null || candidate.Priority > local.Priority))
                local = candidate;
        }

        if (local is null)
            return null;
        var remote = new IceCandidate
        {
            Foundation = "prflx" + from,
            Component = session.Options.Component,
            Transport = local.Transport == CandidateTransport.Udp ? CandidateTransport.Udp : CandidateTransport.TcpPassive,
            Priority = priority,
            Address = from,
            Kind = CandidateKind.PeerReflexive,
        };
        if (Known(generation, from) is { } known)
            return generation.Pairs.Add(local, known, session.IsControlling, wasHeard: true);
        bool isBelieved = id is not { } check || _discoveries.TryTake(check);
        return isBelieved && generation.TryAddRemote(remote) ? generation.Pairs.Add(local, remote, session.IsControlling, wasHeard: true) : null;
    }

    private static IceCandidate? Known(IceGeneration generation, in TransportAddress address)
    {
        foreach (var candidate in generation.RemoteCandidates)
        {
            if (candidate.Address == address)
                return candidate;
        }

        return null;
    }

    private void TakeNomination(Instant now, CandidatePair pair, uint? number)
    {
        var generation = pair.Generation;
        if (generation.Nominated is { } nominated && nominated != pair)
        {
            // With renomination the highest number counts, without it the best of what an aggressive peer names (RFC 5245 §8.1.1.2),
            // and what a peer names that left a dead pair as we did.
            bool counts = number is { } given && generation.MayRenominate ? given > generation.NominationNumber
                : pair.Priority > nominated.Priority || !nominated.IsValid || pair == session.Selected;
            if (!counts)
                return;
        }

        if (number is { } highest)
            generation.NominationNumber = Math.Max(generation.NominationNumber, highest);
        if (!pair.IsValid)
        {
            pair.IsNominatedByPeer = true;
            return;
        }

        generation.Nominated = pair;
        keeper.NoteNominated(now, pair);
    }

    // Once both agreed, a spare is asked each 15 s; two questions in a row say that the peer doubts the path, and so do we.
    private void NoteProbe(Instant now, CandidatePair pair)
    {
        bool isInARow = pair.HeardRequestAt + InARow > now;
        pair.HeardRequestAt = now;
        if (isInARow && pair.IsValid && pair != session.Selected && pair.Generation.Nominated is not null)
            keeper.Probe(now, hasPeerLeft: session.Selected is { } selected && selected.HeardRequestAt + JustNow < now);
    }
}
