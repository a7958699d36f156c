// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>The hash functions of digest authentication (RFC 8760 §2.1). SHA-512-256 is not among the framework's.</summary>
internal enum DigestAlgorithm : byte
{
    /// <summary>MD5, which every server knows.</summary>
    Md5,

    /// <summary>SHA-256.</summary>
    Sha256,
}

/// <summary>What the algorithms do.</summary>
internal static class DigestAlgorithms
{
    /// <summary>The name in header fields.</summary>
    public static string Name(this DigestAlgorithm algorithm) => algorithm == DigestAlgorithm.Sha256 ? "SHA-256" : "MD5";

    /// <summary>The hash of a text, in small hexadecimal digits.</summary>
    public static string Hash(this DigestAlgorithm algorithm, string text) => algorithm.Hash(Encoding.UTF8.GetBytes(text));

    /// <summary>The hash of a body, in small hexadecimal digits.</summary>
    public static string Hash(this DigestAlgorithm algorithm, ReadOnlySpan<byte> bytes) =>
        Convert.ToHexStringLower(algorithm == DigestAlgorithm.Sha256 ? SHA256.HashData(bytes) : MD5.HashData(bytes));
}
