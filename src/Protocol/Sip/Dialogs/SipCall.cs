// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>Where a call stands.</summary>
internal enum SipCallState : byte
{
    /// <summary>Our INVITE is out, or about to be.</summary>
    Inviting,

    /// <summary>The peer's INVITE waits for our answer.</summary>
    Incoming,

    /// <summary>Answered with a 2xx: the dialog is confirmed.</summary>
    Established,

    /// <summary>Our BYE is out.</summary>
    Leaving,

    /// <summary>Over.</summary>
    Terminated,
}

/// <summary>A handle on one INVITE dialog (RFC 3261 §12), from the first INVITE to the last BYE.</summary>
/// <remarks>Thread: signalling. Written by the core alone.</remarks>
internal sealed partial class SipCall
{
    /// <summary>A number for logs and tables, unique within the core.</summary>
    public required int Id { get; init; }

    /// <summary>True when the INVITE was ours.</summary>
    public required bool IsCaller { get; init; }

    /// <summary>The Call-ID.</summary>
    public required string CallId { get; init; }

    /// <summary>The account that calls or is called; null for none.</summary>
    public SipAccount? Account { get; init; }

    /// <summary>Where the call stands.</summary>
    public SipCallState State { get; internal set; }

    /// <summary>Our URI (From of the caller, To of the callee).</summary>
    public string LocalUri { get; internal set; } = "";

    /// <summary>Our tag.</summary>
    public required string LocalTag { get; init; }

    /// <summary>The peer's URI.</summary>
    public string RemoteUri { get; internal set; } = "";

    /// <summary>The peer's tag; empty until it gave one.</summary>
    public string RemoteTag { get; internal set; } = "";

    /// <summary>The peer's display name; empty when it gave none.</summary>
    public string RemoteDisplayName { get; internal set; } = "";

    /// <summary>The flow that carried the last message; null until one is chosen.</summary>
    public SipFlow? Flow
    {
        get;
        internal set
        {
            field = value;
            MustProtect |= value is { IsProtected: true };
        }
    }

    /// <summary>It went over a protected flow once: no description of ours leaves in clear from then on.</summary>
    internal bool MustProtect { get; private set; }

    /// <summary>The peer's Allow; empty when it said nothing.</summary>
    public string RemoteAllow { get; internal set; } = "";

    /// <summary>The peer's Supported; empty when it said nothing.</summary>
    public string RemoteSupported { get; internal set; } = "";

    /// <summary>The peer's Recv-Info; empty when it said nothing.</summary>
    public string RemoteInfoPackages { get; internal set; } = "";

    /// <summary>Does the peer take this by INFO? Parameters and case aside.</summary>
    public bool TakesInfo(string package) => RemoteInfoPackages.Split(',')
        .Any(named => named.AsSpan(0, named.IndexOf(';') is >= 0 and var end ? end : named.Length).Trim().Equals(package, StringComparison.OrdinalIgnoreCase));

    /// <summary>The peer's User-Agent or Server; null when it said nothing.</summary>
    public string? RemoteSoftware { get; internal set; }
}
