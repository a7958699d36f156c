// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Turn;

/// <summary>Why there is no allocation, or none any more.</summary>
internal enum TurnEnd : byte
{
    /// <summary>We closed it.</summary>
    Closed,

    /// <summary>The server does not answer.</summary>
    TimedOut,

    /// <summary>The connection to the server broke.</summary>
    Disconnected,

    /// <summary>Name or password are wrong (401, 441), or the server's challenge was tampered with.</summary>
    Credentials,

    /// <summary>Answers came, and none was authentic.</summary>
    Forged,

    /// <summary>Ask the server of <see cref="TurnEvent.Ended.Alternate"/> (300), from a fresh client.</summary>
    Redirected,

    /// <summary>The server knows another allocation for our address, or ours no more (437): ask again from another port.</summary>
    Mismatch,

    /// <summary>The account has as many as it may (486).</summary>
    Quota,

    /// <summary>The server is full (508).</summary>
    Capacity,

    /// <summary>No relayed address of that family there (440).</summary>
    Family,

    /// <summary>Another error.</summary>
    Refused,

    /// <summary>The server said what cannot be: no address, another family's, a lifetime of nothing.</summary>
    Malformed,
}

/// <summary>What <see cref="TurnClient"/> tells.</summary>
internal abstract record TurnEvent
{
    /// <summary>The relay stands.</summary>
    /// <param name="Relayed">What peers send to: the relayed candidate.</param>
    /// <param name="Mapped">What the server sees of us: a server-reflexive candidate.</param>
    /// <param name="Lifetime">What the server granted; it is refreshed by itself.</param>
    public sealed record Allocated(TransportAddress Relayed, TransportAddress Mapped, TimeSpan Lifetime) : TurnEvent;

    /// <summary>The peer's host may send to the relay.</summary>
    public sealed record Permitted(TransportAddress Peer) : TurnEvent;

    /// <summary>The server relays nothing to or from the peer's host (403, 443, …).</summary>
    public sealed record Forbidden(TransportAddress Peer, int Status) : TurnEvent;

    /// <summary>Packets to and from this peer have four bytes of header from now on.</summary>
    public sealed record ChannelBound(TransportAddress Peer, ushort Channel) : TurnEvent;

    /// <summary>The end, told once; nothing is sent afterwards.</summary>
    public sealed record Ended(TurnEnd Cause, int Status, TransportAddress Alternate) : TurnEvent;
}
