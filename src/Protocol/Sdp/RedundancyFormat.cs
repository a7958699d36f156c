// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Earshot.Protocol.Sdp;

/// <summary>Redundant audio in a description (RFC 2198 §5): <c>rtpmap:112 red/48000/2</c>, <c>fmtp:112 111/111</c>.</summary>
/// <remarks>
/// The list names the encodings of a packet's blocks, primary first. We repeat the primary's encoding alone and name it twice, however
/// many copies a packet carries: that is what browsers write and compare.
/// </remarks>
internal static class RedundancyFormat
{
    /// <summary>Its encoding name.</summary>
    public const string Name = "red";

    /// <summary>True for redundant audio.</summary>
    public static bool Is(LocalCodec codec) => codec.Name.Equals(Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Our parameter list: the codec of the same clock that our description names; null when it names none.</summary>
    public static string? Write(IReadOnlyList<NumberedCodec> formats, LocalCodec redundancy)
    {
        foreach (var (number, codec) in formats)
        {
            if (!Is(codec) && codec.ClockRate == redundancy.ClockRate && codec.Channels == redundancy.Channels)
                return string.Create(CultureInfo.InvariantCulture, $"{number}/{number}");
        }

        return null;
    }

    /// <summary>True when a peer's list lets the primary be repeated; a list that is not there forbids nothing.</summary>
    /// <param name="format">The peer's parameters.</param>
    /// <param name="primary">The peer's number of the codec that would be repeated.</param>
    public static bool Repeats(FormatParameters format, int primary)
    {
        if (format.Text.Length == 0) return true;
        var blocks = 0;
        foreach (var part in format.Text.AsSpan().Split('/'))
        {
            var item = format.Text.AsSpan()[part].Trim();
            if (!int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number != primary) return false;
            blocks++;
        }

        return blocks > 1;
    }
}
