// SPDX-License-Identifier: MIT
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Turn;

/// <summary>What a server's error means for the allocation (RFC 8656 §7.4, §19).</summary>
internal static class TurnErrors
{
    /// <summary>The end that a number stands for.</summary>
    public static TurnEnd EndOf(int code) => code switch
    {
        300 => TurnEnd.Redirected,
        437 => TurnEnd.Mismatch,
        440 => TurnEnd.Family,
        441 => TurnEnd.Credentials,
        486 => TurnEnd.Quota,
        508 => TurnEnd.Capacity,
        _ => TurnEnd.Refused,
    };

    /// <summary>Where a 300 sends us; none for everything else.</summary>
    public static TransportAddress AlternateOf(int code, in StunMessage message) =>
        code == 300 && message.TryGetAddress(StunAttribute.AlternateServer, out var alternate) ? alternate : default;
}
