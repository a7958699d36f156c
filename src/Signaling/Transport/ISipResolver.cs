// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>A way to reach a peer.</summary>
/// <param name="Transport">What carries the messages.</param>
/// <param name="Remote">The peer's address.</param>
/// <param name="Host">The host of the URI: what a certificate has to name (RFC 5922 §7.1); null for the address.</param>
internal readonly record struct SipHop(SipTransport Transport, IPEndPoint Remote, string? Host = null);

/// <summary>Turns a SIP URI into ways to reach it (RFC 3263).</summary>
/// <remarks>Called from any thread, several at a time.</remarks>
internal interface ISipResolver
{
    /// <summary>The ways in order of preference; none when the URI leads nowhere. Does not throw for what a URI or a name server says.</summary>
    /// <param name="uri">A sip or sips URI without angle brackets.</param>
    /// <param name="preferReliable">The request is large: TCP before UDP (RFC 3261 §18.1.1).</param>
    /// <param name="stop">Gives up.</param>
    Task<IReadOnlyList<SipHop>> ResolveAsync(string uri, bool preferReliable, CancellationToken stop);
}
