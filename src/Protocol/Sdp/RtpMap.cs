// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sdp;

/// <summary>What a payload type number stands for (RFC 8866 §6.6): <c>rtpmap:111 opus/48000/2</c>.</summary>
/// <param name="PayloadType">0 to 127.</param>
/// <param name="Name">The encoding name, as written.</param>
/// <param name="ClockRate">Hz.</param>
/// <param name="Channels">1 when not written.</param>
internal readonly record struct RtpMap(int PayloadType, string Name, int ClockRate, int Channels)
{
    /// <summary>Reads the value of an rtpmap attribute.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out RtpMap map)
    {
        map = default;
        var tokens = new Tokens(value);
        if (!tokens.TryNextNumber(127, out var payloadType) || !tokens.TryNext(out var encoding)) return false;
        var slash = encoding.IndexOf((byte)'/');
        if (slash is < 1 or > 64) return false;
        var clock = encoding[(slash + 1)..];
        var channels = 1;
        var second = clock.IndexOf((byte)'/');
        if (second >= 0)
        {
            if (!Tokens.TryNumber(clock[(second + 1)..], 255, out channels) || channels == 0) return false;
            clock = clock[..second];
        }
        if (!Tokens.TryNumber(clock, 1_000_000, out var clockRate) || clockRate == 0) return false;
        map = new RtpMap(payloadType, Encoding.ASCII.GetString(encoding[..slash]), clockRate, channels);
        return true;
    }

    /// <summary>The static assignments that are used without rtpmap (RFC 3551 §6), as far as we speak them.</summary>
    public static bool TryStatic(int payloadType, out RtpMap map)
    {
        map = payloadType switch
        {
            0 => new RtpMap(0, "PCMU", 8000, 1),
            8 => new RtpMap(8, "PCMA", 8000, 1),
            9 => new RtpMap(9, "G722", 8000, 1),
            13 => new RtpMap(13, "CN", 8000, 1),
            _ => default,
        };
        return map.Name is not null;
    }

    /// <summary>The same codec? Names are compared without case (RFC 4855 §3).</summary>
    public bool Is(LocalCodec codec) =>
        ClockRate == codec.ClockRate && Channels == codec.Channels && Name.Equals(codec.Name, StringComparison.OrdinalIgnoreCase);
}
