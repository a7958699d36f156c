// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Stun;

/// <summary>CRC-32 of ITU V.42 (RFC 8489 §14.7), eight bytes a step.</summary>
/// <remarks>The framework has only CRC-32C in its instructions. Table k gives the effect of a byte that k more bytes follow.</remarks>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private static readonly uint[] Tables = BuildTables();

    /// <summary>The checksum of some bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        uint[] t = Tables;
        uint crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            uint a = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            uint b = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = t[0x700 + (byte)a] ^ t[0x600 + (byte)(a >> 8)] ^ t[0x500 + (byte)(a >> 16)] ^ t[0x400 + (a >> 24)]
                ^ t[0x300 + (byte)b] ^ t[0x200 + (byte)(b >> 8)] ^ t[0x100 + (byte)(b >> 16)] ^ t[b >> 24];
        }

        foreach (byte value in bytes)
            crc = t[(byte)crc ^ value] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] BuildTables()
    {
        var tables = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
            tables[i] = crc;
        }

        for (int i = 256; i < tables.Length; i++)
            tables[i] = tables[(byte)tables[i - 256]] ^ (tables[i - 256] >> 8);
        return tables;
    }
}
