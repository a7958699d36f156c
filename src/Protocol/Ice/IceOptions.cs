// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Ice;

/// <summary>How an agent behaves.</summary>
internal sealed record IceOptions
{
    /// <summary>The side that offered first controls (RFC 8445 §6.1.1); a lite peer never does.</summary>
    public bool IsControlling { get; init; }

    /// <summary>One agent a component: 1 for RTP, 2 for the RTCP of peers that do not multiplex.</summary>
    public int Component { get; init; } = 1;

    /// <summary>Ta: what lies between two checks of ours, as we offer it. It is 50 ms with a peer that does not say that it may be less (RFC 8839 §5.6).</summary>
    /// <remarks>No more than a call's own packets: 100 checks of 100 bytes a second, while checks go on. Twice as long costs a round trip of 40 ms wherever the pair that works stands low in the list.</remarks>
    public TimeSpan Pacing { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>So long nomination waits for a direct pair while only a relayed one works.</summary>
    public TimeSpan RelayWait { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Announces candidates that come later (RFC 8838).</summary>
    public bool Trickles { get; init; }

    /// <summary>Announces that the nominated pair may change without a restart.</summary>
    public bool OffersRenomination { get; init; } = true;

    /// <summary>Our first credentials, where two components share them; drawn when null.</summary>
    public IceCredentials? Credentials { get; init; }
}
