// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Earshot.Protocol.Srtp;

/// <summary>AES in counter mode with HMAC-SHA1 (RFC 3711 §4.1.1, §4.2.1).</summary>
/// <remarks>
/// <code>
///   counter block = salt (112 bits) ‖ 16 zeros  ⊕  SSRC at byte 4  ⊕  index at bytes 8 to 13
///   tag           = HMAC(packet ‖ rollover counter or index word), cut
/// </code>
/// Thread: its owner's. Real-time: no allocation after construction.
/// </remarks>
internal sealed class AesCmHmacSha1 : SrtpTransform
{
    private readonly AesCounter _cipher;
    private readonly HmacSha1 _hmac;
    private readonly byte[] _salt = GC.AllocateArray<byte>(16, pinned: true);

    /// <summary>Takes session keys; owns cipher and code from now on.</summary>
    public AesCmHmacSha1(AesCounter cipher, HmacSha1 hmac, ReadOnlySpan<byte> salt, int tagLength)
    {
        _cipher = cipher;
        _hmac = hmac;
        salt.CopyTo(_salt);
        TagLength = tagLength;
    }

    /// <inheritdoc/>
    public override int TagLength { get; }

    /// <inheritdoc/>
    public override bool IndexFollowsTag => false;

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Seal(Span<byte> packet, int clearLength, uint ssrc, ulong index, uint trailer, Span<byte> tag)
    {
        Span<byte> code = stackalloc byte[HmacSha1.Size];
        Crypt(packet[clearLength..], ssrc, index);
        _hmac.Compute(packet, trailer, code);
        code[..TagLength].CopyTo(tag);
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override bool TryOpen(Span<byte> packet, int clearLength, uint ssrc, ulong index, uint trailer, ReadOnlySpan<byte> tag)
    {
        Span<byte> code = stackalloc byte[HmacSha1.Size];
        _hmac.Compute(packet, trailer, code);
        if (!CryptographicOperations.FixedTimeEquals(code[..TagLength], tag))
            return false;
        Crypt(packet[clearLength..], ssrc, index);
        return true;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _cipher.Dispose();
        _hmac.Dispose();
        CryptographicOperations.ZeroMemory(_salt);
    }

    [SkipLocalsInit]
    private void Crypt(Span<byte> payload, uint ssrc, ulong index)
    {
        Span<byte> block = stackalloc byte[16];
        ulong high = BinaryPrimitives.ReadUInt64BigEndian(_salt) ^ ssrc;
        ulong low = BinaryPrimitives.ReadUInt64BigEndian(_salt.AsSpan(8)) ^ (index << 16);
        BinaryPrimitives.WriteUInt64BigEndian(block, high);
        BinaryPrimitives.WriteUInt64BigEndian(block[8..], low);
        _cipher.Xor(block, payload);
    }
}
