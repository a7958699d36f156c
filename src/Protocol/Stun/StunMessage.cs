// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Earshot.Protocol.Stun;

/// <summary>A view over the bytes of a STUN message (RFC 8489 §5, §14).</summary>
/// <remarks>
/// <code>
///    0                   1                   2                   3
///    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///   |0 0|     STUN message type     |  length of the attributes     |
///   |                     magic cookie 0x2112A442                   |
///   |                  transaction id (96 bits)                     |
///   |  type of attribute            |  length                       |
///   |  value, padded to 32 bits …                                   |
/// </code>
/// Attributes count up to the first integrity; behind it only the other integrity and FINGERPRINT are looked at, for nothing else there
/// is protected (§14.5). Of several attributes of a type the first counts.
/// </remarks>
internal readonly ref struct StunMessage
{
    /// <summary>Bytes before the attributes.</summary>
    public const int HeaderSize = 20;

    /// <summary>What tells STUN from everything else.</summary>
    public const uint MagicCookie = 0x2112A442;

    private const uint FingerprintMask = 0x5354554E;
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _end;
    private readonly int _sha1;
    private readonly int _sha256;
    private readonly int _fingerprint;

    private StunMessage(ReadOnlySpan<byte> bytes, int end, int sha1, int sha256, int fingerprint)
    {
        _bytes = bytes;
        _end = end;
        _sha1 = sha1;
        _sha256 = sha256;
        _fingerprint = fingerprint;
    }

    /// <summary>Request, indication, success or error.</summary>
    public StunClass Class => StunType.ClassOf(BinaryPrimitives.ReadUInt16BigEndian(_bytes));

    /// <summary>What it asks for or answers.</summary>
    public StunMethod Method => StunType.MethodOf(BinaryPrimitives.ReadUInt16BigEndian(_bytes));

    /// <summary>Joins a response to its request.</summary>
    public TransactionId TransactionId => TransactionId.Read(_bytes[8..]);

    /// <summary>Is there a MESSAGE-INTEGRITY?</summary>
    public bool HasSha1 => _sha1 != 0;

    /// <summary>Is there a MESSAGE-INTEGRITY-SHA256?</summary>
    public bool HasSha256 => _sha256 != 0;

    /// <summary>Is there a FINGERPRINT?</summary>
    public bool HasFingerprint => _fingerprint != 0;

    /// <summary>Is there a FINGERPRINT, and is it right?</summary>
    public bool IsFingerprintValid => _fingerprint != 0 && BinaryPrimitives.ReadUInt32BigEndian(_bytes[(_fingerprint + 4)..])
        == (Crc32.Compute(_bytes[.._fingerprint]) ^ FingerprintMask);

    /// <summary>The checksum that ends a message whose header's length already counts it.</summary>
    public static uint Fingerprint(ReadOnlySpan<byte> before) => Crc32.Compute(before) ^ FingerprintMask;

    /// <summary>Takes a whole message apart; nothing may follow it.</summary>
    /// <returns>False when the bytes are no STUN message.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out StunMessage message)
    {
        message = default;
        if (bytes.Length < HeaderSize || bytes[0] > 0x3f || BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) != MagicCookie)
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        if (length != bytes.Length - HeaderSize || (length & 3) != 0)
            return false;
        return TryWalk(bytes, out message);
    }

    /// <summary>The first attribute of a type, if it is there and not behind the integrity.</summary>
    public bool TryGet(StunAttribute type, out ReadOnlySpan<byte> value)
    {
        for (int at = HeaderSize; at < _end;)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(_bytes[(at + 2)..]);
            if (BinaryPrimitives.ReadUInt16BigEndian(_bytes[at..]) == (ushort)type)
            {
                value = _bytes.Slice(at + 4, length);
                return true;
            }

            at += 4 + ((length + 3) & ~3);
        }

        value = default;
        return false;
    }

    /// <summary>Is there such an attribute?</summary>
    public bool Has(StunAttribute type) => TryGet(type, out _);

    /// <summary>An attribute of 32 bits.</summary>
    public bool TryGetUInt32(StunAttribute type, out uint value)
    {
        bool valid = TryGet(type, out var bytes) && bytes.Length == 4;
        value = valid ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : 0;
        return valid;
    }

    /// <summary>An attribute of 64 bits.</summary>
    public bool TryGetUInt64(StunAttribute type, out ulong value)
    {
        bool valid = TryGet(type, out var bytes) && bytes.Length == 8;
        value = valid ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : 0;
        return valid;
    }

    /// <summary>An address, hidden behind cookie and transaction from boxes that rewrite what looks like an address (§14.2).</summary>
    public bool TryGetXorAddress(StunAttribute type, out TransportAddress address)
    {
        address = default;
        return TryGet(type, out var value) && StunAddress.TryRead(value, _bytes[4..HeaderSize], out address);
    }

    /// <summary>An address in clear (§14.1).</summary>
    public bool TryGetAddress(StunAttribute type, out TransportAddress address)
    {
        address = default;
        return TryGet(type, out var value) && StunAddress.TryRead(value, default, out address);
    }

    /// <summary>The number of an error, 300 to 699, and its words.</summary>
    public bool TryGetError(out int code, out ReadOnlySpan<byte> reason)
    {
        code = 0;
        reason = default;
        if (!TryGet(StunAttribute.ErrorCode, out var value) || value.Length < 4 || (value[2] & 7) is < 3 or > 6 || value[3] > 99)
            return false;
        code = ((value[2] & 7) * 100) + value[3];
        reason = value[4..];
        return true;
    }

    /// <summary>Collects comprehension-required attributes that are not known here (§6.3.1).</summary>
    /// <returns>How many there are; those that <paramref name="unknown"/> has no room for are counted, not kept.</returns>
    public int FindUnknown(Span<ushort> unknown)
    {
        int count = 0;
        for (int at = HeaderSize; at < _end; at += 4 + ((BinaryPrimitives.ReadUInt16BigEndian(_bytes[(at + 2)..]) + 3) & ~3))
        {
            ushort type = BinaryPrimitives.ReadUInt16BigEndian(_bytes[at..]);
            if (type >= StunAttributes.FirstOptional || StunAttributes.IsKnown(type))
                continue;
            if (count < unknown.Length)
                unknown[count] = type;
            count++;
        }

        return count;
    }

    /// <summary>Does the MESSAGE-INTEGRITY fit the key? False when there is none.</summary>
    public bool IsSha1Valid(StunKey key)
    {
        Span<byte> code = stackalloc byte[StunKey.Sha1Size];
        return _sha1 != 0 && key.TryComputeSha1(_bytes[.._sha1], code)
            && CryptographicOperations.FixedTimeEquals(code, _bytes.Slice(_sha1 + 4, StunKey.Sha1Size));
    }

    /// <summary>Does the MESSAGE-INTEGRITY-SHA256 fit the key? False when there is none.</summary>
    public bool IsSha256Valid(StunKey key)
    {
        if (_sha256 == 0)
            return false;
        int size = BinaryPrimitives.ReadUInt16BigEndian(_bytes[(_sha256 + 2)..]);
        Span<byte> code = stackalloc byte[StunKey.Sha256Size];
        return key.TryComputeSha256(_bytes[.._sha256], size, code)
            && CryptographicOperations.FixedTimeEquals(code[..size], _bytes.Slice(_sha256 + 4, size));
    }

    private static bool TryWalk(ReadOnlySpan<byte> bytes, out StunMessage message)
    {
        message = default;
        int end = 0, sha1 = 0, sha256 = 0, fingerprint = 0;
        for (int at = HeaderSize; at < bytes.Length;)
        {
            // FINGERPRINT must be the last (§14.7); four bytes are there, for lengths are multiples of four.
            if (fingerprint != 0)
                return false;
            int type = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            if (length > bytes.Length - at - 4)
                return false;
            if (!TryNoteCheck((StunAttribute)type, length, at, ref end, ref sha1, ref sha256, ref fingerprint))
                return false;
            at += 4 + ((length + 3) & ~3);
        }

        message = new StunMessage(bytes, end == 0 ? bytes.Length : end, sha1, sha256, fingerprint);
        return true;
    }

    private static bool TryNoteCheck(StunAttribute type, int length, int at, ref int end, ref int sha1, ref int sha256, ref int fingerprint)
    {
        switch (type)
        {
            case StunAttribute.MessageIntegrity:
                if (length != StunKey.Sha1Size)
                    return false;
                if (sha1 == 0 && sha256 == 0)
                    sha1 = at;
                break;
            case StunAttribute.MessageIntegritySha256:
                if (length is < 16 or > StunKey.Sha256Size || (length & 3) != 0)
                    return false;
                if (sha256 == 0)
                    sha256 = at;
                break;
            case StunAttribute.Fingerprint:
                if (length != 4)
                    return false;
                fingerprint = at;
                break;
            default:
                return true;
        }

        if (end == 0)
            end = at;
        return true;
    }
}
