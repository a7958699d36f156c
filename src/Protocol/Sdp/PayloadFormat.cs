// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sdp;

/// <summary>One format of an audio m= line: its number, what it stands for, and its parameters.</summary>
/// <param name="Map">Number and codec; an empty name when the number is dynamic and nothing says what it is.</param>
/// <param name="Parameters">Its fmtp.</param>
internal readonly record struct PayloadFormat(RtpMap Map, FormatParameters Parameters)
{
    private const int Numbers = 128;

    /// <summary>All formats of a medium, in its order of preference, each number once.</summary>
    /// <remarks>Bounded by the 128 numbers there are, whatever an m= line repeats.</remarks>
    public static List<PayloadFormat> ReadAll(MediaDescription media)
    {
        Span<short> mapLines = stackalloc short[Numbers];
        Span<short> formatLines = stackalloc short[Numbers];
        mapLines.Fill(-1);
        formatLines.Fill(-1);
        IndexLines(media.Lines, "rtpmap:"u8, mapLines);
        IndexLines(media.Lines, "fmtp:"u8, formatLines);

        List<PayloadFormat> formats = [];
        Span<bool> seen = stackalloc bool[Numbers];
        var tokens = new Tokens(media.Formats);
        while (tokens.TryNext(out var token))
        {
            if (!Tokens.TryNumber(token, Numbers - 1, out var number) || seen[number]) continue;
            seen[number] = true;
            formats.Add(new PayloadFormat(MapOf(media, number, mapLines[number]), ParametersOf(media, formatLines[number])));
        }
        return formats;
    }

    private static void IndexLines(ReadOnlySpan<SdpLine> lines, ReadOnlySpan<byte> prefix, Span<short> index)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            var value = lines[i].Value.Span;
            if (lines[i].Type != 'a' || !value.StartsWith(prefix)) continue;
            var tokens = new Tokens(value[prefix.Length..]);
            if (tokens.TryNextNumber(Numbers - 1, out var number) && index[number] < 0) index[number] = (short)i;
        }
    }

    private static RtpMap MapOf(MediaDescription media, int number, int line)
    {
        if (line >= 0 && RtpMap.TryParse(media.Lines[line].Value.Span["rtpmap:".Length..], out var map))
        {
            // G722 samples at 16 kHz but its RTP clock is 8000 (RFC 3551 §4.5.2); some phones write the sampling rate.
            return number == 9 && map.Name.Equals("G722", StringComparison.OrdinalIgnoreCase) ? map with { ClockRate = 8000 } : map;
        }
        return RtpMap.TryStatic(number, out map) ? map : new RtpMap(number, "", 0, 0);
    }

    private static FormatParameters ParametersOf(MediaDescription media, int line)
    {
        if (line < 0) return FormatParameters.None;
        var tokens = new Tokens(media.Lines[line].Value.Span["fmtp:".Length..]);
        tokens.TryNext(out _);
        return new FormatParameters(Encoding.UTF8.GetString(tokens.Rest.Trim((byte)' ')));
    }
}
