// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>Percent escapes in URIs (RFC 3261 §19.1.2, RFC 3986 §2.1).</summary>
internal static class SipEscaping
{
    /// <summary>Undoes every valid escape; a percent sign without two hexadecimal digits stays as it is. Allocates.</summary>
    public static string Decode(ReadOnlySpan<byte> text)
    {
        if (!text.Contains((byte)'%'))
            return Encoding.UTF8.GetString(text);

        byte[] plain = new byte[text.Length];
        int length = 0;
        while (!text.IsEmpty)
        {
            plain[length++] = NextByte(text, out int used, out _);
            text = text[used..];
        }

        return Encoding.UTF8.GetString(plain, 0, length);
    }

    /// <summary>Escapes everything that may not stand raw in a user part. Allocates.</summary>
    public static string EncodeUser(string user)
    {
        var text = new StringBuilder(user.Length);
        foreach (byte b in Encoding.UTF8.GetBytes(user))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || "-_.!~*'()&=+$,;?/".Contains((char)b, StringComparison.Ordinal))
                text.Append((char)b);
            else
                text.Append('%').Append(b.ToString("X2", null));
        }

        return text.ToString();
    }

    /// <summary>The first byte of the text, unescaped, and how many bytes it took.</summary>
    public static byte NextByte(ReadOnlySpan<byte> text, out int used, out bool wasEscaped)
    {
        if (text[0] == '%' && text.Length > 2 && Hex(text[1]) is int high and >= 0 && Hex(text[2]) is int low and >= 0)
        {
            used = 3;
            wasEscaped = true;
            return (byte)((high << 4) | low);
        }

        used = 1;
        wasEscaped = false;
        return text[0];
    }

    private static int Hex(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };
}
