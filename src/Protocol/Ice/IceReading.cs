// SPDX-License-Identifier: MIT
using System.Net;
using System.Text;
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
    /// <summary>The stream's name in its description (RFC 5888); null for none.</summary>
    public string? Mid { get; init; }

    /// <summary>Reads a stream.</summary>
    /// <param name="session">Its description.</param>
    /// <param name="audio">It.</param>
    /// <param name="rtp">The address of c= and m=.</param>
    public static IceReading Of(SessionDescription session, MediaDescription audio, IPEndPoint rtp)
    {
        if (audio.HasAttribute("ice-mismatch"u8) || IceDescription.Read(session, audio) is not { } description)
            return new(IceReadingKind.None);
        if (!IsDefaultAmong(description, rtp))
            return new(IceReadingKind.Mismatch);
        return new(IceReadingKind.Ice, description) { Mid = audio.TryGetAttribute("mid"u8, out var mid) ? Encoding.UTF8.GetString(mid) : null };
    }

    /// <summary>Does an offer allow that candidates follow its answer: is there a stream with ICE that trickles, and has a name?</summary>
    public static bool AllowsTrickle(ReadOnlySpan<byte> offer)
    {
        if (offer.IndexOf("trickle"u8) < 0 || !SessionDescription.TryParse(offer, out var session, out _))
            return false;
        foreach (var media in session!.Media)
        {
            if (media.IsAudio && media.HasAttribute("mid"u8) && IceDescription.Read(session, media) is { IsTrickling: true })
                return true;
        }

        return false;
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
