// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>Cuts a description into lines (RFC 8866 §5): CR LF, or the bare LF that §5 asks readers to accept.</summary>
internal static class SdpLineReader
{
    /// <summary>Fills <paramref name="lines"/>; blank lines are skipped.</summary>
    /// <param name="text">The whole description; the lines point into it.</param>
    /// <param name="lines">Room for them; what does not fit is <see cref="SdpError.TooManyLines"/>.</param>
    /// <param name="count">Lines found.</param>
    /// <param name="mediaCount">m= lines among them.</param>
    public static SdpError Read(byte[] text, Span<SdpLine> lines, out int count, out int mediaCount)
    {
        count = mediaCount = 0;
        var at = 0;
        while (at < text.Length)
        {
            var rest = text.AsSpan(at);
            var length = rest.IndexOfAny((byte)'\n', (byte)'\r', (byte)0);
            if (length < 0) length = rest.Length;
            var next = AfterBreak(rest, length);
            if (next < 0) return SdpError.BadLine;
            if (length > 0)
            {
                if (length < 2 || rest[1] != '=' || !char.IsAsciiLetter((char)rest[0])) return SdpError.BadLine;
                if (count == lines.Length) return SdpError.TooManyLines;
                if (rest[0] == 'm') mediaCount++;
                else if (rest[0] == 'c' && !SdpConnection.TrySplit(rest[2..length], out _)) return SdpError.BadConnection;
                lines[count++] = new SdpLine(rest[0], new ReadOnlyMemory<byte>(text, at + 2, length - 2));
            }
            at += next;
        }
        return SdpError.None;
    }

    // Where the next line starts; −1 for a NUL or a carriage return without line feed, which RFC 8866 §9 forbids in a value
    // and which others might take for a line break.
    private static int AfterBreak(ReadOnlySpan<byte> rest, int length)
    {
        if (length == rest.Length) return length;
        if (rest[length] == '\n') return length + 1;
        var isPair = rest[length] == '\r' && length + 1 < rest.Length && rest[length + 1] == '\n';
        return isPair ? length + 2 : rest[length] == '\r' && length + 1 == rest.Length ? length + 1 : -1;
    }
}
