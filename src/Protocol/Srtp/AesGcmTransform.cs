// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Earshot.Protocol.Srtp;

/// <summary>AES-GCM (RFC 7714 §8, §9).</summary>
/// <remarks>
/// <code>
///   nonce = salt (96 bits)  ⊕  SSRC at byte 2  ⊕  index at bytes 6 to 11
///   additional data: SRTP the header, SRTCP the clear part ‖ index word
/// </code>
/// Thread: its owner's. Real-time: no allocation after construction.
/// </remarks>
internal sealed class AesGcmTransform : SrtpTransform
{
    private const int RtcpClear = 8;
    private readonly GcmCipher _cipher;
    private readonly byte[] _salt = GC.AllocateArray<byte>(GcmCipher.NonceSize, pinned: true);
    private readonly bool _rtcp;

    /// <summary>Takes session keys; owns the cipher from now on.</summary>
    public AesGcmTransform(GcmCipher cipher, ReadOnlySpan<byte> salt, bool rtcp)
    {
        _cipher = cipher;
        _rtcp = rtcp;
        salt.CopyTo(_salt);
    }

    /// <inheritdoc/>
    public override int TagLength => GcmCipher.TagSize;

    /// <inheritdoc/>
    public override bool IndexFollowsTag => true;

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Seal(Span<byte> packet, int clearLength, uint ssrc, ulong index, uint trailer, Span<byte> tag)
    {
        Span<byte> nonce = stackalloc byte[GcmCipher.NonceSize];
        Span<byte> control = stackalloc byte[RtcpClear + 4];
        FillNonce(nonce, ssrc, index);
        _cipher.Seal(nonce, Additional(packet, clearLength, trailer, control), packet[clearLength..], tag);
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override bool TryOpen(Span<byte> packet, int clearLength, uint ssrc, ulong index, uint trailer, ReadOnlySpan<byte> tag)
    {
        Span<byte> nonce = stackalloc byte[GcmCipher.NonceSize];
        Span<byte> control = stackalloc byte[RtcpClear + 4];
        FillNonce(nonce, ssrc, index);
        return _cipher.TryOpen(nonce, Additional(packet, clearLength, trailer, control), packet[clearLength..], tag);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_salt);
    }

    private ReadOnlySpan<byte> Additional(ReadOnlySpan<byte> packet, int clearLength, uint trailer, Span<byte> control)
    {
        if (!_rtcp)
            return packet[..clearLength];
        packet[..RtcpClear].CopyTo(control);
        BinaryPrimitives.WriteUInt32BigEndian(control[RtcpClear..], trailer);
        return control;
    }

    private void FillNonce(Span<byte> nonce, uint ssrc, ulong index)
    {
        uint low = BinaryPrimitives.ReadUInt32BigEndian(_salt.AsSpan(8)) ^ (uint)index;
        ulong high = BinaryPrimitives.ReadUInt64BigEndian(_salt) ^ ((ulong)ssrc << 16) ^ ((index >> 32) & 0xffff);
        BinaryPrimitives.WriteUInt64BigEndian(nonce, high);
        BinaryPrimitives.WriteUInt32BigEndian(nonce[8..], low);
    }
}
