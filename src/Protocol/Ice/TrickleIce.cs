// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sip;

namespace Earshot.Protocol.Ice;

/// <summary>How SIP carries candidates that come later (RFC 8840 §10): the option tag, the Info Package, what has to be announced.</summary>
internal static class TrickleIce
{
    /// <summary>The option tag, which is the name of the package as well.</summary>
    public const string Name = "trickle-ice";

    private static readonly SipInfoPackage Package = new(Name, "application/trickle-ice-sdpfrag", static body => TrickleFragment.TryRead(body.Span, out _));

    /// <summary>A core that announces it, and takes it.</summary>
    public static SipCoreOptions AnnouncedBy(SipCoreOptions options) => options with
    {
        Allow = options.Allow + ", INFO",
        Supported = [.. options.Supported, Name],
        InfoPackages = [.. options.InfoPackages, Package],
    };

    /// <summary>Has the peer of a call announced it? A browser's description says so whatever its signalling can do.</summary>
    public static bool IsTakenBy(SipCall call) => call.TakesInfo(Name);
}
