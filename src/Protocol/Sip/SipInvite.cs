// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>An outgoing call.</summary>
internal sealed record SipInvite
{
    /// <summary>Whom to call: a SIP URI, without angle brackets.</summary>
    public required string Target { get; init; }

    /// <summary>The offer; empty to let the peer offer.</summary>
    public ReadOnlyMemory<byte> Sdp { get; init; }

    /// <summary>The offer for each flow that is tried, as the address in it has to be one that this peer can answer to; null sends <see cref="Sdp"/> on all.</summary>
    public Func<SipFlow, ReadOnlyMemory<byte>>? SdpFor { get; init; }

    /// <summary>Flows in order of preference, datagrams and connections: the size of the request chooses between these (RFC 3261 §18.1.1). When empty the core asks with ResolveNeeded.</summary>
    public IReadOnlyList<SipFlow> Flows { get; init; } = [];

    /// <summary>The account that calls: its address, its proxies and, once it is registered, its way to them; null for none.</summary>
    public SipAccount? Account { get; init; }

    /// <summary>Overrides the display name of From.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Overrides the user part of From and Contact.</summary>
    public string? User { get; init; }

    /// <summary>A pre-loaded route set (RFC 3261 §12.2.1.1), as URIs.</summary>
    public IReadOnlyList<string> Route { get; init; } = [];

    /// <summary>Header fields to add; names and values must hold no line ends.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}
