// SPDX-License-Identifier: MIT
using System.Security.Cryptography;

namespace Earshot.Protocol.Srtp;

/// <summary>Encryption and authentication of a packet with one direction's session keys, for SRTP or for SRTCP.</summary>
internal abstract class SrtpTransform : IDisposable
{
    /// <summary>Bytes of the tag.</summary>
    public abstract int TagLength { get; }

    /// <summary>True when SRTCP's index word follows the tag (RFC 7714 §9.3); else it precedes it (RFC 3711 §3.4).</summary>
    public abstract bool IndexFollowsTag { get; }

    /// <summary>Encrypts behind the clear part and writes the tag.</summary>
    /// <param name="packet">Header and payload.</param>
    /// <param name="clearLength">Bytes that stay clear.</param>
    /// <param name="ssrc">The source.</param>
    /// <param name="index">48 bits of SRTP, 31 of SRTCP.</param>
    /// <param name="trailer">Authenticated behind the packet: rollover counter or index word.</param>
    /// <param name="tag"><see cref="TagLength"/> bytes.</param>
    public abstract void Seal(Span<byte> packet, int clearLength, uint ssrc, ulong index, uint trailer, Span<byte> tag);

    /// <summary>Checks the tag, then decrypts; on false nothing changed.</summary>
    public abstract bool TryOpen(Span<byte> packet, int clearLength, uint ssrc, ulong index, uint trailer, ReadOnlySpan<byte> tag);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Derives the session keys and makes the profile's transform.</summary>
    public static SrtpTransform Create(SrtpMasterKey master, bool rtcp)
    {
        var profile = master.Profile;
        var first = rtcp ? KeyLabel.RtcpEncryption : KeyLabel.RtpEncryption;
        Span<byte> keys = stackalloc byte[32 + 20 + 14];
        var cipher = keys[..profile.KeyLength];
        var authentication = keys.Slice(32, profile.AuthenticationKeyLength);
        var salt = keys.Slice(52, profile.SaltLength);
        KeyDerivation.Derive(master.Key, master.Salt, first, cipher);
        KeyDerivation.Derive(master.Key, master.Salt, first + 1, authentication);
        KeyDerivation.Derive(master.Key, master.Salt, first + 2, salt);
        SrtpTransform transform = profile.IsAead
            ? new AesGcmTransform(GcmCipher.Create(cipher), salt, rtcp)
            : new AesCmHmacSha1(AesCounter.Create(cipher), HmacSha1.Create(authentication), salt, rtcp ? profile.RtcpTagLength : profile.RtpTagLength);
        CryptographicOperations.ZeroMemory(keys);
        return transform;
    }
}
