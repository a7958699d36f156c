// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Protocol.Sdp;

namespace Earshot.Protocol.Ice;

/// <summary>What a stream's description says of ICE.</summary>
internal enum IceReadingKind : byte
{
    /// <summary>Nothing, or nothing usable.</summary>
    None,

    /// <summary>ICE.</summary>
    Ice,

    /// <summary>Somebody on the way changed the address and knows no ICE (RFC 8839 §4.2.5).</summary>
    Mismatch,
}

/// <summary>The peer's half of ICE as its description says it. Immutable.</summary>
/// <param name="Kind">Whether there is any.</param>
/// <param name="Description">Of <see cref="IceReadingKind.Ice"/> alone.</param>
internal readonly record struct IceReading(IceReadingKind Kind, IceDescription? Description = null)
{
    /// <summary>Reads a stream.</summary>
    /// <param name="session">Its description.</param>
    /// <param name="audio">It.</param>
    /// <param name="rtp">The address of c= and m=.</param>
    public static IceReading Of(SessionDescription session, MediaDescription audio, IPEndPoint rtp)
    {
        if (audio.HasAttribute("ice-mismatch"u8) || IceDescription.Read(session, audio) is not { } description)
            return new(IceReadingKind.None);
        return IsDefaultAmong(description, rtp) ? new(IceReadingKind.Ice, description) : new(IceReadingKind.Mismatch);
    }

    // 0.0.0.0 or port 9 says that no candidate is known now (RFC 8840 §4.1.3), which a change of networks may bring about without trickle, too.
    // A name may be the default under another name. A port of 9 is that of a TCP candidate (RFC 6544 §4.5).
    private static bool IsDefaultAmong(IceDescription description, IPEndPoint rtp)
    {
        if (SdpConnection.IsWildcard(rtp.Address) || rtp.Port == 9)
            return true;
        if (description.Candidates.Count == 0)
            return description.IsTrickling;
        var address = TransportAddress.From(rtp);
        foreach (var candidate in description.Candidates)
        {
            if (candidate.IsName || candidate.Address == address)
                return true;
        }

        return false;
    }
}
