// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Streams;
using Earshot.Protocol.Stun;
using Earshot.Protocol.Turn;

namespace Earshot.Media.Transport.Ice;

/// <summary>Why a relay that was named is not there, or not any more, for the person who named it.</summary>
internal static class RelayEnds
{
    /// <summary>One line, without name and password.</summary>
    /// <param name="server">As it was named.</param>
    /// <param name="ended">What came of it.</param>
    /// <param name="connection">How the connection to it ended, if there was one.</param>
    public static string Say(StunServerUri server, TurnEvent.Ended ended, StreamEnd? connection) => $"the relay {server} carries nothing: {Why(ended, connection)}";

    private static string Why(TurnEvent.Ended ended, StreamEnd? connection) => ended.Cause switch
    {
        TurnEnd.Disconnected => connection?.Message ?? "the connection to it broke",
        TurnEnd.Credentials => "name or password are wrong",
        TurnEnd.TimedOut => "it does not answer",
        TurnEnd.Forged => "somebody else answers in its place",
        TurnEnd.Redirected => "it sends us to another server",
        TurnEnd.Mismatch => "it knows nothing of what it gave us",
        TurnEnd.Quota => "the account has as many relays as it may",
        TurnEnd.Capacity => "it has no room",
        TurnEnd.Family => "it has no address of the kind that was asked for",
        TurnEnd.Malformed => "it says what cannot be",
        _ => $"it refuses ({ended.Status})",
    };
}
