// SPDX-License-Identifier: MIT
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Ice;

/// <summary>Where a pair stands (RFC 8445 §6.1.2.6).</summary>
internal enum PairState : byte
{
    /// <summary>Waits for another pair of its foundation.</summary>
    Frozen,

    /// <summary>May be checked.</summary>
    Waiting,

    /// <summary>A check is under way.</summary>
    InProgress,

    /// <summary>A check was answered: packets go both ways.</summary>
    Succeeded,

    /// <summary>No answer, or a wrong one.</summary>
    Failed,
}

/// <summary>A way between one of our sockets or relays and one address of the peer's, and the check that tries it.</summary>
/// <remarks>
/// <code>
///   Frozen ──► Waiting ──► InProgress ──► Succeeded
///                 ▲             └───────► Failed ──┐
///                 └──── a check of the peer's ─────┘
/// </code>
/// Thread: its agent's.
/// </remarks>
internal sealed class CandidatePair(IceGeneration generation, IceCandidate local, IceCandidate remote)
{
    private static readonly Instant Never = Instant.Zero - TimeSpan.FromHours(1);

    /// <summary>The credentials it is checked with.</summary>
    public IceGeneration Generation { get; } = generation;

    /// <summary>Ours.</summary>
    public IceCandidate Local { get; } = local;

    /// <summary>The peer's; a peer-reflexive one is replaced when signalling names it.</summary>
    public IceCandidate Remote { get; set; } = remote;

    /// <summary>Which socket or relay its packets leave from.</summary>
    public TransportAddress Base { get; } = local.Base;

    /// <summary>Where they go.</summary>
    public TransportAddress Target { get; } = remote.Address;

    /// <summary>The same on both sides, once both agree who controls.</summary>
    public ulong Priority { get; set; }

    /// <summary>Where it stands.</summary>
    public PairState State { get; set; }

    /// <summary>The check under way, or the last.</summary>
    public StunTransaction Check;

    /// <summary>A check given up for a triggered one: its late answer is as good (RFC 8445 §7.3.1.4).</summary>
    public TransactionId Abandoned { get; set; }

    /// <summary>The role that the check given up claimed.</summary>
    public bool AbandonedClaimedControl { get; set; }

    /// <summary>Waits in the triggered-check queue.</summary>
    public bool IsTriggered { get; set; }

    /// <summary>Its next check is to carry USE-CANDIDATE.</summary>
    public bool IsNominating { get; set; }

    /// <summary>The check under way carries USE-CANDIDATE.</summary>
    public bool CheckNominates { get; set; }

    /// <summary>The peer nominated it before we knew whether it works.</summary>
    public bool IsNominatedByPeer { get; set; }

    /// <summary>The role that the check under way claims.</summary>
    public bool WasControlling { get; set; }

    /// <summary>What the peer saw us at.</summary>
    public TransportAddress Mapped { get; set; }

    /// <summary>The last round trip; zero when none was measured.</summary>
    public TimeSpan RoundTrip { get; set; }

    /// <summary>Does the peer still want our packets here?</summary>
    public Consent Consent = Consent.Idle;

    /// <summary>The last two requests of the peer's on it: two in a moment are a probe.</summary>
    public Instant HeardRequestAt { get; set; } = Never;

    /// <summary>A request of the peer's came on it.</summary>
    public bool WasHeard => HeardRequestAt != Never;

    /// <summary>Over UDP and no relay that we know of.</summary>
    public bool IsDirect => Local.IsDirect && Remote.IsDirect;

    /// <summary>A stream: nothing is repeated.</summary>
    public bool IsReliable => Local.Transport != CandidateTransport.Udp;

    /// <summary>Packets go both ways.</summary>
    public bool IsValid => State == PairState.Succeeded;

    /// <summary>Not decided yet.</summary>
    public bool IsOpen => State is PairState.Frozen or PairState.Waiting or PairState.InProgress;

    /// <summary>Do both fail or succeed together?</summary>
    public bool SharesFoundation(CandidatePair other) => Local.Foundation == other.Local.Foundation && Remote.Foundation == other.Remote.Foundation;
}
