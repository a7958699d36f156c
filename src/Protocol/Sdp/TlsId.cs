// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sdp;

/// <summary>The name of a DTLS association (tls-id, RFC 8842 §4): another name asks for another association.</summary>
internal static class TlsId
{
    private const int Shortest = 20;
    private const int Longest = 255;

    /// <summary>A new name: 120 random bits, as §4 asks, in 30 characters.</summary>
    public static string Draw(IRandomSource random)
    {
        Span<byte> bits = stackalloc byte[15];
        random.Fill(bits);
        return Convert.ToHexStringLower(bits);
    }

    /// <summary>Reads an attribute's value; false when it is none, too short to be unique, or absurdly long.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out string name)
    {
        value = value.Trim((byte)' ');
        bool valid = value.Length is >= Shortest and <= Longest && value.IndexOfAnyExcept(Allowed) < 0;
        name = valid ? Encoding.ASCII.GetString(value) : "";
        return valid;
    }

    private static readonly System.Buffers.SearchValues<byte> Allowed =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"u8);
}
