// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Earshot.Protocol.Srtp;

/// <summary>GCM on <see cref="AesNiKeys"/> and <see cref="Ghash"/>.</summary>
/// <remarks>Thread: its owner's. Real-time: no allocation after construction.</remarks>
internal sealed class AesNiGcm : GcmCipher
{
    private readonly AesNiKeys _keys;
    private readonly Ghash _hash;

    /// <summary>Takes a key of 16 or 32 bytes.</summary>
    public AesNiGcm(ReadOnlySpan<byte> key)
    {
        _keys = new AesNiKeys(key);
        _hash = new Ghash(_keys.Encrypt(Vector128<byte>.Zero));
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> additional, Span<byte> data, Span<byte> tag)
    {
        var first = FirstBlock(nonce);
        var mask = _keys.Encrypt(first);
        _keys.Xor(first, 2, data);
        (_hash.Compute(additional, data) ^ mask).CopyTo(tag);
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> additional, Span<byte> data, ReadOnlySpan<byte> tag)
    {
        var first = FirstBlock(nonce);
        // One comparison of all bits: nothing to time.
        if ((_hash.Compute(additional, data) ^ _keys.Encrypt(first)) != Vector128.Create(tag))
            return false;
        _keys.Xor(first, 2, data);
        return true;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _keys.Dispose();
        _hash.Dispose();
    }

    private static Vector128<byte> FirstBlock(ReadOnlySpan<byte> nonce)
    {
        Span<byte> block = stackalloc byte[16];
        nonce.CopyTo(block);
        block[12] = block[13] = block[14] = 0;
        block[15] = 1;
        return Vector128.Create<byte>(block);
    }
}
