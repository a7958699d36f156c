// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Ice;

/// <summary>Where a session stands.</summary>
internal enum IceState : byte
{
    /// <summary>The peer is not known yet.</summary>
    New,

    /// <summary>Nothing works yet.</summary>
    Checking,

    /// <summary>A pair works: packets may go.</summary>
    Connected,

    /// <summary>Both sides agreed on the pair.</summary>
    Completed,

    /// <summary>The path fell silent, and no other answers.</summary>
    Disconnected,

    /// <summary>No pair works, or consent is gone: only a restart helps.</summary>
    Failed,
}

/// <summary>Why a restart would help.</summary>
internal enum RestartReason : byte
{
    /// <summary>We use another pair than the nominated one.</summary>
    PathChanged,

    /// <summary>The path in use fell silent, or its interface is gone, and nothing else works.</summary>
    PathLost,

    /// <summary>The check that nominated was not answered.</summary>
    NominationFailed,
}

/// <summary>The way that packets take. An immutable snapshot for other threads.</summary>
/// <param name="Base">The socket, or the relayed address, they leave from.</param>
/// <param name="Remote">Where they go.</param>
/// <param name="LocalKind">What the local end is.</param>
/// <param name="RemoteKind">What the peer said its end is.</param>
/// <param name="IsTcp">Over a connection of RFC 4571 frames.</param>
/// <param name="IsNominated">Agreed upon; else it merely works.</param>
/// <param name="RoundTrip">As the checks measured it; zero when they did not.</param>
/// <param name="Generation">Counts restarts.</param>
internal sealed record IcePath(
    TransportAddress Base, TransportAddress Remote, CandidateKind LocalKind, CandidateKind RemoteKind, bool IsTcp, bool IsNominated, TimeSpan RoundTrip, int Generation)
{
    /// <summary>Does a relay carry it?</summary>
    public bool IsRelayed => LocalKind == CandidateKind.Relayed || RemoteKind == CandidateKind.Relayed;
}

/// <summary>What <see cref="IceAgent"/> tells.</summary>
internal abstract record IceEvent
{
    /// <summary>Another state.</summary>
    public sealed record StateChanged(IceState State) : IceEvent;

    /// <summary>Send here from now on; null: stop sending, consent is gone.</summary>
    public sealed record Selected(IcePath? Path) : IceEvent;

    /// <summary>A candidate has a name: answer with <see cref="IceAgent.HandleResolved"/>. Names in <c>.local</c> are asked by multicast (RFC 6762).</summary>
    public sealed record ResolveNeeded(int Query, string Name) : IceEvent;

    /// <summary>A conflict of roles was settled.</summary>
    public sealed record RoleChanged(bool IsControlling) : IceEvent;

    /// <summary>Signalling may restart ICE.</summary>
    public sealed record RestartNeeded(RestartReason Reason) : IceEvent;
}
