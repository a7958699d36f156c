// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Srtp;

/// <summary>What became of a packet that was to be protected or opened.</summary>
internal enum SrtpOutcome
{
    /// <summary>Done, in place.</summary>
    Ok,

    /// <summary>Not an RTP or RTCP packet, or too short to hold its tag.</summary>
    Malformed,

    /// <summary>The buffer has no room for the tag behind the packet.</summary>
    NoRoom,

    /// <summary>The tag is wrong: another key, a stranger, or bits that changed on the way.</summary>
    AuthenticationFailed,

    /// <summary>Received before, or older than the window.</summary>
    Replayed,

    /// <summary>The sender would use a sequence number twice, which betrays both packets' plain text.</summary>
    IndexReused,

    /// <summary>More sources than one key serves here.</summary>
    TooManySources,

    /// <summary>The key has served for all the packets it may (RFC 3711 §9.2): agree upon another.</summary>
    KeyExhausted,

    /// <summary>The packet names another master key.</summary>
    UnknownKey,

    /// <summary>Authenticated SRTCP in clear text (E = 0): never agreed upon here.</summary>
    NotEncrypted,
}
