// SPDX-License-Identifier: MIT
using System.Security.Cryptography;

namespace Earshot.Protocol.Srtp;

/// <summary>GCM by the framework.</summary>
/// <remarks>
/// The framework's Decrypt throws when the tag is wrong, so that a flood of forged packets makes garbage. Opening therefore
/// encrypts twice: counter mode is its own inverse, and the second pass gives the tag that the packet should carry.
/// Thread: its owner's. Real-time: allocates only for a packet longer than all before.
/// </remarks>
internal sealed class PortableGcm(ReadOnlySpan<byte> key) : GcmCipher
{
    private readonly AesGcm _gcm = new(key, TagSize);

    // The packet must stay as it came until its tag is known to be right.
    private byte[] _opened = new byte[2048];
    private byte[] _sealed = new byte[2048];

    /// <inheritdoc/>
    public override void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> additional, Span<byte> data, Span<byte> tag) =>
        _gcm.Encrypt(nonce, data, data, tag, additional);

    /// <inheritdoc/>
    public override bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> additional, Span<byte> data, ReadOnlySpan<byte> tag)
    {
        if (data.Length > _opened.Length)
        {
            _opened = new byte[data.Length];
            _sealed = new byte[data.Length];
        }

        Span<byte> expected = stackalloc byte[TagSize];
        var opened = _opened.AsSpan(0, data.Length);
        _gcm.Encrypt(nonce, data, opened, expected, additional);
        _gcm.Encrypt(nonce, opened, _sealed.AsSpan(0, data.Length), expected, additional);
        if (!CryptographicOperations.FixedTimeEquals(expected, tag))
            return false;
        opened.CopyTo(data);
        return true;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        CryptographicOperations.ZeroMemory(_opened);
        _gcm.Dispose();
    }
}
