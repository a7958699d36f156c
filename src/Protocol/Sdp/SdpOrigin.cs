// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>Who wrote a description, and which version of it this is (RFC 8866 §5.2).</summary>
/// <param name="SessionId">The session's number.</param>
/// <param name="Version">Grows with every change (RFC 3264 §8).</param>
internal readonly record struct SdpOrigin(ulong SessionId, ulong Version)
{
    /// <summary>Reads the value of an o= line.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out SdpOrigin origin)
    {
        origin = default;
        var tokens = new Tokens(value);
        if (!tokens.TryNext(out _)
            || !tokens.TryNext(out var id) || !Tokens.TryLongNumber(id, out var session)
            || !tokens.TryNext(out var edition) || !Tokens.TryLongNumber(edition, out var version)
            || !tokens.TryNext(out var net) || !net.SequenceEqual("IN"u8)
            || !tokens.TryNext(out _) || !tokens.TryNext(out _))
            return false;
        origin = new SdpOrigin(session, version);
        return true;
    }
}
