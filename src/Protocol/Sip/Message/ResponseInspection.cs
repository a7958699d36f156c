// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>The check a user agent client makes before it matches a response to a transaction (RFC 3261 §8.1.3.3).</summary>
internal static class ResponseInspection
{
    /// <summary>
    /// False for a response with more than one Via value: it was meant for, or damaged by, someone else and is dropped. A user agent
    /// forwards nothing, so a Via with a broadcast address cannot make it send there (RFC 4475 §3.3.10).
    /// </summary>
    public static bool IsOurs(SipMessage response)
    {
        SipValues vias = response.Values(SipHeader.Via);
        return vias.MoveNext() && !vias.MoveNext();
    }
}
