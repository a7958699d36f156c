// SPDX-License-Identifier: MIT
using System.Security.Cryptography;

namespace Earshot.Protocol.Srtp;

/// <summary>HMAC-SHA1 (RFC 2104) with both pads hashed once for each key, over a message and the 32 bits that SRTP appends.</summary>
/// <remarks>.NET has no SHA-1 instructions for x86; libcrypto uses them, so it goes first where it is installed.</remarks>
internal abstract class HmacSha1 : IDisposable
{
    /// <summary>Bytes of the full code; SRTP cuts it to its tag length.</summary>
    public const int Size = 20;

    /// <summary>Bytes of a block of SHA-1.</summary>
    protected const int BlockSize = 64;

    /// <summary>The fastest that runs here.</summary>
    /// <param name="key">At most 64 bytes.</param>
    public static HmacSha1 Create(ReadOnlySpan<byte> key) => LibCrypto.IsAvailable ? new LibCryptoHmacSha1(key) : new ManagedHmacSha1(key);

    /// <summary>The code of message and trailer (big-endian).</summary>
    /// <param name="message">Any length.</param>
    /// <param name="trailer">The rollover counter, or SRTCP's index word.</param>
    /// <param name="code"><see cref="Size"/> bytes.</param>
    public abstract void Compute(ReadOnlySpan<byte> message, uint trailer, Span<byte> code);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The key, padded to a block and combined with a pad's byte.</summary>
    protected static void FillPad(ReadOnlySpan<byte> key, byte pad, Span<byte> block)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, BlockSize);
        block.Clear();
        key.CopyTo(block);
        for (int i = 0; i < BlockSize; i++)
            block[i] ^= pad;
    }

    /// <summary>Clears a secret.</summary>
    protected static void Zero(Span<byte> secret) => CryptographicOperations.ZeroMemory(secret);
}
