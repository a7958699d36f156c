// SPDX-License-Identifier: MIT
using System.Security.Cryptography;

namespace Earshot.Protocol.Srtp;

/// <summary>GCM by the framework.</summary>
/// <remarks>Thread: its owner's.</remarks>
internal sealed class PortableGcm(ReadOnlySpan<byte> key) : GcmCipher
{
    private readonly AesGcm _gcm = new(key, TagSize);

    // The framework clears its output when the tag is wrong; the packet must stay as it came.
    private byte[] _opened = new byte[2048];

    /// <inheritdoc/>
    public override void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> additional, Span<byte> data, Span<byte> tag) =>
        _gcm.Encrypt(nonce, data, data, tag, additional);

    /// <inheritdoc/>
    public override bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> additional, Span<byte> data, ReadOnlySpan<byte> tag)
    {
        if (data.Length > _opened.Length)
            _opened = new byte[data.Length];
        var opened = _opened.AsSpan(0, data.Length);
        try
        {
            _gcm.Decrypt(nonce, data, tag, opened, additional);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

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
