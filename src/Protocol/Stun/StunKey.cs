// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Earshot.Protocol.Srtp;

namespace Earshot.Protocol.Stun;

/// <summary>What MESSAGE-INTEGRITY is computed with (RFC 8489 §9.1.1, §9.2.2): both pads of HMAC-SHA1 are hashed once.</summary>
/// <remarks>Thread: its owner's. Real-time: computing and checking allocate nothing.</remarks>
internal sealed class StunKey : IDisposable
{
    /// <summary>Bytes of MESSAGE-INTEGRITY.</summary>
    public const int Sha1Size = 20;

    /// <summary>Bytes of MESSAGE-INTEGRITY-SHA256 as we write it; a peer may cut it to 16.</summary>
    public const int Sha256Size = 32;

    /// <summary>A longer message carries no integrity that we would check.</summary>
    public const int MaximumMessage = 2048;

    private const int BlockSize = 64;
    private readonly byte[] _key;
    private readonly HmacSha1 _sha1;

    private StunKey(byte[] key)
    {
        _key = key;
        _sha1 = HmacSha1.Create(key.Length <= BlockSize ? key : SHA1.HashData(key));
    }

    /// <summary>Short-term: the password itself, as ICE uses it (RFC 8489 §9.1.1).</summary>
    public static StunKey ShortTerm(string password) => new(Encoding.UTF8.GetBytes(OpaqueString.Prepare(password)));

    /// <summary>Long-term with MD5, which every server knows.</summary>
    public static StunKey LongTermMd5(string username, string realm, string password) => new(MD5.HashData(Joined(username, realm, password)));

    /// <summary>Long-term with SHA-256 (RFC 8489 §18.5.1.2).</summary>
    public static StunKey LongTermSha256(string username, string realm, string password) => new(SHA256.HashData(Joined(username, realm, password)));

    /// <summary>The name that eavesdroppers cannot read (RFC 8489 §14.4).</summary>
    public static byte[] UserHash(string username, string realm) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{OpaqueString.Prepare(username)}:{OpaqueString.Prepare(Unquoted(realm))}"));

    /// <summary>HMAC-SHA1 over a message up to its MESSAGE-INTEGRITY attribute, its header's length as if that were the last attribute.</summary>
    /// <param name="before">Everything before the attribute, header included.</param>
    /// <param name="code"><see cref="Sha1Size"/> bytes.</param>
    /// <returns>False when the message is too long.</returns>
    [SkipLocalsInit]
    public bool TryComputeSha1(ReadOnlySpan<byte> before, Span<byte> code)
    {
        if (before.Length > MaximumMessage)
            return false;
        Span<byte> copy = stackalloc byte[MaximumMessage];
        copy = copy[..before.Length];
        before.CopyTo(copy);
        StunWriter.WriteLength(copy, before.Length + 4 + Sha1Size);
        // The MAC of SRTP ends with a word: here the message's own last one.
        _sha1.Compute(copy[..^4], System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(copy[^4..]), code);
        return true;
    }

    /// <summary>HMAC-SHA256 likewise.</summary>
    /// <param name="before">Everything before the attribute.</param>
    /// <param name="size">Bytes of the attribute's value, which the header's length counts: 16 to 32.</param>
    /// <param name="code"><see cref="Sha256Size"/> bytes.</param>
    [SkipLocalsInit]
    public bool TryComputeSha256(ReadOnlySpan<byte> before, int size, Span<byte> code)
    {
        if (before.Length > MaximumMessage)
            return false;
        Span<byte> copy = stackalloc byte[MaximumMessage];
        copy = copy[..before.Length];
        before.CopyTo(copy);
        StunWriter.WriteLength(copy, before.Length + 4 + size);
        HMACSHA256.HashData(_key, copy, code);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sha1.Dispose();
        CryptographicOperations.ZeroMemory(_key);
    }

    private static byte[] Joined(string username, string realm, string password) => Encoding.UTF8.GetBytes(
        $"{OpaqueString.Prepare(Unquoted(username))}:{OpaqueString.Prepare(Unquoted(realm))}:{OpaqueString.Prepare(password)}");

    private static string Unquoted(string text) => text.Trim('"').TrimEnd('\0');
}
