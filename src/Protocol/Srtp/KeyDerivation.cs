// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Srtp;

/// <summary>Which session key is derived (RFC 3711 §4.3.1, §4.3.2).</summary>
internal enum KeyLabel : byte
{
    /// <summary>SRTP encryption key.</summary>
    RtpEncryption,

    /// <summary>SRTP authentication key.</summary>
    RtpAuthentication,

    /// <summary>SRTP salt.</summary>
    RtpSalt,

    /// <summary>SRTCP encryption key.</summary>
    RtcpEncryption,

    /// <summary>SRTCP authentication key.</summary>
    RtcpAuthentication,

    /// <summary>SRTCP salt.</summary>
    RtcpSalt,
}

/// <summary>Session keys from a master key (RFC 3711 §4.3): AES in counter mode as a pseudo-random function, of the master key's size (RFC 6188 §3).</summary>
internal static class KeyDerivation
{
    private const int SaltSize = 14;

    /// <summary>Derives one key.</summary>
    /// <param name="masterKey">16, 24 or 32 bytes.</param>
    /// <param name="masterSalt">14 bytes, or 12 for GCM: zeros follow (RFC 7714 §11).</param>
    /// <param name="label">Which key.</param>
    /// <param name="output">Filled.</param>
    /// <param name="index">The packet's index.</param>
    /// <param name="rate">Key derivation rate: 0 derives once, for all packets.</param>
    public static void Derive(
        ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt, KeyLabel label, Span<byte> output, ulong index = 0, ulong rate = 0)
    {
        Span<byte> block = stackalloc byte[16];
        block.Clear();
        masterSalt[..Math.Min(SaltSize, masterSalt.Length)].CopyTo(block);
        // x = (label ‖ index div rate) ⊕ salt: 8 and 48 bits at the right end of the 112.
        ulong id = ((ulong)label << 48) | (rate == 0 ? 0 : index / rate);
        var tail = block[6..SaltSize];
        BinaryPrimitives.WriteUInt64BigEndian(tail, BinaryPrimitives.ReadUInt64BigEndian(tail) ^ id);
        using var cipher = AesCounter.Create(masterKey);
        output.Clear();
        cipher.Xor(block, output);
    }
}
