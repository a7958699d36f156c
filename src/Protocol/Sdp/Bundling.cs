// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>Reads whether a stream is offered in a BUNDLE group (RFC 8843 §7): browsers always say so, and expect to hear it again.</summary>
internal static class Bundling
{
    /// <summary>True when a group of the description names the stream.</summary>
    /// <param name="offer">The description.</param>
    /// <param name="mid">The stream's name.</param>
    public static bool Names(SessionDescription offer, ReadOnlySpan<byte> mid)
    {
        foreach (var group in offer.Attributes("group"u8))
        {
            var tokens = new Tokens(group);
            if (!tokens.TryNext(out var semantics) || !semantics.SequenceEqual("BUNDLE"u8)) continue;
            while (tokens.TryNext(out var name))
                if (name.SequenceEqual(mid)) return true;
        }

        return false;
    }
}
