// SPDX-License-Identifier: MIT
using System.Buffers.Text;

namespace Earshot.Protocol.Stun;

/// <summary>The security features that a server writes at the front of its nonce (RFC 8489 §9.2.1, §18.1): "obMatJos2", then 24 bits in base64.</summary>
/// <remarks>A man in the middle who strips an attribute must change the nonce as well, and then the server refuses it.</remarks>
[Flags]
internal enum SecurityFeatures : uint
{
    None = 0,

    /// <summary>The server sent PASSWORD-ALGORITHMS.</summary>
    PasswordAlgorithms = 1,

    /// <summary>The server wants USERHASH instead of USERNAME.</summary>
    UsernameAnonymity = 2,
}

/// <summary>Reads and writes the cookie.</summary>
internal static class NonceCookie
{
    private const int Digits = 4;

    private static ReadOnlySpan<byte> Mark => "obMatJos2"u8;

    /// <summary>The features a nonce promises; none when it has no cookie.</summary>
    public static SecurityFeatures Read(ReadOnlySpan<byte> nonce)
    {
        Span<byte> bits = stackalloc byte[3];
        if (!nonce.StartsWith(Mark) || nonce.Length < Mark.Length + Digits
            || Base64.DecodeFromUtf8(nonce.Slice(Mark.Length, Digits), bits, out _, out int written) != System.Buffers.OperationStatus.Done || written != 3)
            return SecurityFeatures.None;
        return (SecurityFeatures)((bits[0] << 16) | (bits[1] << 8) | bits[2]);
    }

    /// <summary>A nonce with its cookie in front, for a server.</summary>
    public static string Write(SecurityFeatures features, string rest) =>
        "obMatJos2" + Convert.ToBase64String([(byte)((uint)features >> 16), (byte)((uint)features >> 8), (byte)features]) + rest;
}
