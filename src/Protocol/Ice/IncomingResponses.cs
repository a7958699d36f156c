// SPDX-License-Identifier: MIT
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Ice;

/// <summary>The answers to our checks (RFC 8445 §7.2.5).</summary>
/// <remarks>Thread: its agent's. Answers to consent checks allocate nothing.</remarks>
internal sealed class IncomingResponses(IceSession session, PathKeeper keeper, Nomination nomination)
{
    /// <summary>Takes a success or an error.</summary>
    public void Handle(Instant now, in TransportAddress origin, in TransportAddress from, in StunMessage message)
    {
        if (message.Method != StunMethod.Binding || (message.HasFingerprint && !message.IsFingerprintValid))
            return;
        var id = message.TransactionId;
        var pair = Find(session.Current, id, out bool isConsent, out var askedAt)
            ?? (session.Previous is { } previous ? Find(previous, id, out isConsent, out askedAt) : null);
        if (pair is null || !message.IsSha1Valid(pair.Generation.RemoteKey!))
            return;
        if (message.Class == StunClass.Error)
            HandleError(now, pair, message, isConsent);
        else if (message.FindUnknown(default) > 0)
            return;
        else if (pair.Base != origin || pair.Target != from)
            return; // Not symmetric (§7.2.5.2.1). Somebody's copy must not fail a pair that works; one that does not fails in time.
        else if (isConsent)
            HandleConsent(now, pair, id, askedAt);
        else
            HandleSuccess(now, pair, message, id);
    }

    /// <summary>A check was given up, or its connection broke.</summary>
    public void Fail(Instant now, CandidatePair pair, bool isConsent)
    {
        if (isConsent)
            return;
        pair.State = PairState.Failed;
        pair.Check.Stop();
        keeper.RemovePair(now, pair);
        if (nomination.NoteFailed(pair) && !session.Current.MayRenominate)
            session.Events.Enqueue(new IceEvent.RestartNeeded(RestartReason.NominationFailed));
        nomination.Consider(now);
    }

    private static CandidatePair? Find(IceGeneration generation, in TransactionId id, out bool isConsent, out Instant askedAt)
    {
        (isConsent, askedAt) = (false, default);
        foreach (var pair in generation.Pairs.All)
        {
            if ((pair.Check.Id == id && pair.Check.IsPending) || (pair.Abandoned == id && id != default))
                return pair;
            isConsent = pair.Consent.TryMatch(id, out askedAt);
            if (isConsent)
                return pair;
        }

        return null;
    }

    private void HandleConsent(Instant now, CandidatePair pair, in TransactionId id, Instant askedAt)
    {
        pair.Consent.Close(id);
        if (!pair.IsValid)
            return;
        pair.RoundTrip = now - askedAt;
        keeper.NoteHeard(now, pair);
    }

    private void HandleSuccess(Instant now, CandidatePair pair, in StunMessage message, in TransactionId id)
    {
        if (!message.TryGetXorAddress(StunAttribute.XorMappedAddress, out var mapped))
            return;
        bool answersNomination = pair.CheckNominates && pair.Check.Id == id;
        if (pair.Check.Id == id)
        {
            if (pair.Check.RoundTrip(now) is { } roundTrip)
                pair.RoundTrip = roundTrip;
            else if (pair.RoundTrip == TimeSpan.Zero)
                pair.RoundTrip = now - pair.Check.SentAt; // At most; consent will measure it.
            pair.Check.Stop();
        }

        pair.Mapped = mapped;
        pair.State = PairState.Succeeded;
        pair.Abandoned = default;
        pair.Generation.Pairs.Unfreeze(pair);
        keeper.NoteValid(now, pair);
        Conclude(now, pair, answersNomination);
    }

    private void Conclude(Instant now, CandidatePair pair, bool answersNomination)
    {
        if (session.IsControlling && answersNomination && nomination.NoteAnswered(pair))
        {
            keeper.NoteNominated(now, pair);
        }
        else if (!session.IsControlling && pair.IsNominatedByPeer)
        {
            pair.IsNominatedByPeer = false;
            pair.Generation.Nominated = pair;
            keeper.NoteNominated(now, pair);
        }

        nomination.Consider(now);
    }

    private void HandleError(Instant now, CandidatePair pair, in StunMessage message, bool isConsent)
    {
        if (!message.TryGetError(out int code, out _))
            return;
        if (code != 487)
        {
            Fail(now, pair, isConsent);
            return;
        }

        // The peer insists on the role that this check claimed (§7.2.5.1); it may have been settled meanwhile.
        if (isConsent)
            return;
        bool isAbandoned = pair.Abandoned == message.TransactionId;
        if (session.IsControlling == (isAbandoned ? pair.AbandonedClaimedControl : pair.WasControlling))
        {
            session.SwitchRole();
            nomination.Reset();
        }

        // The check that took its place goes on.
        if (isAbandoned)
            return;
        pair.Check.Stop();
        if (!pair.IsValid)
            pair.State = PairState.Waiting;
        pair.Generation.Pairs.Trigger(pair);
    }
}
