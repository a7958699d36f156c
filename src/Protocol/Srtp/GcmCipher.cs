// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Srtp;

/// <summary>AES in Galois/counter mode with a 96-bit nonce and a 128-bit tag (NIST SP 800-38D): hardware where there is some, else the framework.</summary>
internal abstract class GcmCipher : IDisposable
{
    /// <summary>Bytes of the nonce.</summary>
    public const int NonceSize = 12;

    /// <summary>Bytes of the tag.</summary>
    public const int TagSize = 16;

    /// <summary>The fastest that runs here.</summary>
    public static GcmCipher Create(ReadOnlySpan<byte> key) =>
        AesNiKeys.IsSupported && Ghash.IsSupported ? new AesNiGcm(key) : new PortableGcm(key);

    /// <summary>Encrypts in place and writes the tag.</summary>
    public abstract void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> additional, Span<byte> data, Span<byte> tag);

    /// <summary>Checks the tag, then decrypts in place; on false the data is as it was.</summary>
    public abstract bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> additional, Span<byte> data, ReadOnlySpan<byte> tag);

    /// <inheritdoc/>
    public abstract void Dispose();
}
