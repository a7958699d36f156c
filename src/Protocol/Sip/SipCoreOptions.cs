// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>Who we are, what we speak and how much we hold.</summary>
internal sealed record SipCoreOptions
{
    /// <summary>The display name of From and Contact; empty for none.</summary>
    public string DisplayName { get; init; } = "";

    /// <summary>The user part of From and Contact.</summary>
    public string User { get; init; } = "earshot";

    /// <summary>Our address of record (<c>sip:user@domain</c>) for From; null uses the flow's own address.</summary>
    public string? AddressOfRecord { get; init; }

    /// <summary>The User-Agent and Server header fields.</summary>
    public string UserAgent { get; init; } = "Earshot";

    /// <summary>The Allow header field: what is not listed is answered with 405 or 501.</summary>
    public string Allow { get; init; } = "INVITE, ACK, CANCEL, BYE, OPTIONS";

    /// <summary>The option tags we understand: the Supported header field, and what Require may hold.</summary>
    public IReadOnlyList<string> Supported { get; init; } = [];

    /// <summary>What we take by INFO in a call: the Recv-Info header field. <see cref="Allow"/> has to name INFO then.</summary>
    public IReadOnlyList<SipInfoPackage> InfoPackages { get; init; } = [];

    /// <summary>Round-trip estimate (RFC 3261 §17.1.1.1).</summary>
    public TimeSpan T1 { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest retransmission interval of anything but an INVITE request.</summary>
    public TimeSpan T2 { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a message stays in the network.</summary>
    public TimeSpan T4 { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Transactions held at once; requests of strangers beyond it get a stateless 503, those of calls beyond twice as many.</summary>
    public int MaxTransactions { get; init; } = 4096;

    /// <summary>Calls held at once; INVITEs beyond it get a 503.</summary>
    public int MaxCalls { get; init; } = 1_000;
}
