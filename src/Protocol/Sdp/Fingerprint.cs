// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using System.Text;

namespace Earshot.Protocol.Sdp;

/// <summary>The hash functions of a fingerprint that prove something, weakest first.</summary>
internal enum FingerprintHash
{
    /// <summary>SHA-256: what everybody writes.</summary>
    Sha256,

    /// <summary>SHA-384.</summary>
    Sha384,

    /// <summary>SHA-512.</summary>
    Sha512,
}

/// <summary>A fingerprint attribute (RFC 8122 §5): the hash of the certificate that its writer will show, <c>sha-256 4A:AD:…</c>.</summary>
/// <param name="Hash">The hash function.</param>
/// <param name="Value">The hash, as text of upper-case pairs and colons: comparing texts compares hashes.</param>
internal sealed record Fingerprint(FingerprintHash Hash, string Value)
{
    private const int LongestHash = 64;

    /// <summary>Bytes of the hash.</summary>
    public byte[] ToBytes() => Convert.FromHexString(Value.Replace(":", "", StringComparison.Ordinal));

    /// <summary>The attribute, without <c>a=</c>.</summary>
    public string ToAttribute() => "fingerprint:" + this;

    /// <summary>The attribute's value.</summary>
    public override string ToString() => NameOf(Hash) + " " + Value;

    /// <summary>The fingerprint of a certificate.</summary>
    /// <param name="certificate">DER.</param>
    /// <param name="hash">The hash function.</param>
    public static Fingerprint Of(ReadOnlySpan<byte> certificate, FingerprintHash hash = FingerprintHash.Sha256)
    {
        Span<byte> value = stackalloc byte[LongestHash];
        int length = hash switch
        {
            FingerprintHash.Sha512 => SHA512.HashData(certificate, value),
            FingerprintHash.Sha384 => SHA384.HashData(certificate, value),
            _ => SHA256.HashData(certificate, value),
        };
        return new(hash, TextOf(value[..length]));
    }

    /// <summary>Reads an attribute's value. Hex digits of either case are taken: not everybody writes the upper case that §5 asks for.</summary>
    /// <returns>False for broken text and for hash functions that prove too little (MD2, MD5, SHA-1, SHA-224) or are unknown.</returns>
    public static bool TryParse(ReadOnlySpan<byte> value, out Fingerprint? fingerprint)
    {
        fingerprint = null;
        var tokens = new Tokens(value);
        if (!tokens.TryNext(out var name) || !TryHash(name, out var hash) || !tokens.TryNext(out var hex) || !tokens.Rest.Trim((byte)' ').IsEmpty)
            return false;
        Span<byte> bytes = stackalloc byte[LongestHash];
        bytes = bytes[..LengthOf(hash)];
        if (hex.Length != (bytes.Length * 3) - 1) return false;
        for (var i = 0; i < bytes.Length; i++)
        {
            if ((i > 0 && hex[(i * 3) - 1] != ':') || !TryHexPair(hex[(i * 3)..], out bytes[i])) return false;
        }

        fingerprint = new(hash, TextOf(bytes));
        return true;
    }

    private static bool TryHash(ReadOnlySpan<byte> name, out FingerprintHash hash)
    {
        hash = FingerprintHash.Sha256;
        foreach (var known in (ReadOnlySpan<FingerprintHash>)[FingerprintHash.Sha256, FingerprintHash.Sha384, FingerprintHash.Sha512])
        {
            if (!Ascii.EqualsIgnoreCase(name, NameOf(known))) continue;
            hash = known;
            return true;
        }

        return false;
    }

    private static bool TryHexPair(ReadOnlySpan<byte> text, out byte value)
    {
        int high = HexDigit(text[0]);
        int low = HexDigit(text[1]);
        value = (byte)((high << 4) | low);
        return (high | low) <= 15;
    }

    private static int HexDigit(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        _ => 16,
    };

    private static string NameOf(FingerprintHash hash) => hash switch
    {
        FingerprintHash.Sha512 => "sha-512",
        FingerprintHash.Sha384 => "sha-384",
        _ => "sha-256",
    };

    private static int LengthOf(FingerprintHash hash) => hash switch
    {
        FingerprintHash.Sha512 => 64,
        FingerprintHash.Sha384 => 48,
        _ => 32,
    };

    private static string TextOf(ReadOnlySpan<byte> hash)
    {
        var text = new StringBuilder(hash.Length * 3);
        foreach (var one in hash)
        {
            if (text.Length > 0) text.Append(':');
            text.Append("0123456789ABCDEF"[one >> 4]).Append("0123456789ABCDEF"[one & 15]);
        }

        return text.ToString();
    }
}
