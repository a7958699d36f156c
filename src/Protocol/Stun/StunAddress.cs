// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Stun;

/// <summary>The value of an address attribute (RFC 8489 §14.1, §14.2).</summary>
/// <remarks>
/// <code>
///   |0 0 0 0 0 0 0 0|    family     |             port              |
///   |                 address (32 or 128 bits)                      |
/// </code>
/// With a mask (cookie, then transaction id) port and address are exclusive-ored with its first bits.
/// </remarks>
internal static class StunAddress
{
    /// <summary>The number of IPv4 in STUN.</summary>
    public const byte FamilyV4 = 1;

    /// <summary>The number of IPv6 in STUN.</summary>
    public const byte FamilyV6 = 2;

    /// <summary>Bytes of the longest value.</summary>
    public const int MaximumSize = 20;

    /// <summary>Reads a value.</summary>
    /// <param name="value">The attribute's value.</param>
    /// <param name="mask">16 bytes, or none for an address in clear.</param>
    /// <param name="address">What was read.</param>
    public static bool TryRead(ReadOnlySpan<byte> value, ReadOnlySpan<byte> mask, out TransportAddress address)
    {
        address = default;
        if (value.Length < 4 || value.Length != (value[1] == FamilyV4 ? 8 : value[1] == FamilyV6 ? 20 : -1))
            return false;
        Span<byte> plain = stackalloc byte[16];
        plain = plain[..(value.Length - 4)];
        value[4..].CopyTo(plain);
        Mask(plain, mask);
        int port = BinaryPrimitives.ReadUInt16BigEndian(value[2..]) ^ (mask.IsEmpty ? 0 : BinaryPrimitives.ReadUInt16BigEndian(mask));
        address = TransportAddress.FromBytes(plain, (ushort)port);
        return true;
    }

    /// <summary>Writes a value.</summary>
    /// <returns>Its bytes.</returns>
    public static int Write(Span<byte> value, in TransportAddress address, ReadOnlySpan<byte> mask)
    {
        value[0] = 0;
        value[1] = address.IsV6 ? FamilyV6 : FamilyV4;
        BinaryPrimitives.WriteUInt16BigEndian(value[2..], (ushort)(address.Port ^ (mask.IsEmpty ? 0 : BinaryPrimitives.ReadUInt16BigEndian(mask))));
        int length = address.WriteBytes(value[4..]);
        Mask(value.Slice(4, length), mask);
        return 4 + length;
    }

    private static void Mask(Span<byte> address, ReadOnlySpan<byte> mask)
    {
        if (mask.IsEmpty)
            return;
        for (int i = 0; i < address.Length; i++)
            address[i] ^= mask[i];
    }
}
