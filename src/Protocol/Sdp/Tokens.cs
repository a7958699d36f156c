// SPDX-License-Identifier: MIT
using System.Buffers.Text;

namespace Earshot.Protocol.Sdp;

/// <summary>Takes a line's value apart at its spaces, without copying.</summary>
internal ref struct Tokens(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    /// <summary>What has not been taken.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>The next run of bytes that are not spaces; several spaces count as one, as many phones write them.</summary>
    public bool TryNext(out ReadOnlySpan<byte> token)
    {
        var rest = _rest;
        while (!rest.IsEmpty && rest[0] == ' ') rest = rest[1..];
        var end = rest.IndexOf((byte)' ');
        if (end < 0) end = rest.Length;
        token = rest[..end];
        _rest = rest[end..];
        return end > 0;
    }

    /// <summary>The next token as a whole number of at most <paramref name="most"/>.</summary>
    public bool TryNextNumber(int most, out int number)
    {
        number = 0;
        return TryNext(out var token) && TryNumber(token, most, out number);
    }

    /// <summary>Digits alone, no sign, no more than <paramref name="most"/>.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> token, int most, out int number)
    {
        number = 0;
        if (token.IsEmpty || token.Length > 9) return false;
        foreach (var digit in token)
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            number = (number * 10) + (digit - '0');
        }
        return number <= most;
    }

    /// <summary>Digits alone; what exceeds 64 bits counts as the largest number (RFC 3264 §5 promises 62 bits, not all keep to it).</summary>
    public static bool TryLongNumber(ReadOnlySpan<byte> token, out ulong number)
    {
        number = 0;
        if (token.IsEmpty || token.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0) return false;
        if (!Utf8Parser.TryParse(token, out number, out var used) || used != token.Length) number = ulong.MaxValue;
        return true;
    }
}
