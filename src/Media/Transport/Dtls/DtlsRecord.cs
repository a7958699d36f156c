// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Media.Transport.Dtls;

/// <summary>A record's header (RFC 6347 §4.1).</summary>
/// <remarks>
/// <code>
///   | type 1 | version 2 | epoch 2 | sequence number 6 | length 2 | fragment …
/// </code>
/// </remarks>
/// <param name="Type">What the fragment is.</param>
/// <param name="Epoch">0 in clear, 1 under the keys of the handshake.</param>
/// <param name="Sequence">Its number in the epoch.</param>
/// <param name="Length">Bytes of the fragment.</param>
internal readonly record struct DtlsRecord(byte Type, ushort Epoch, ulong Sequence, int Length)
{
    /// <summary>change_cipher_spec.</summary>
    public const byte ChangeCipherSpec = 20;

    /// <summary>alert.</summary>
    public const byte Alert = 21;

    /// <summary>handshake.</summary>
    public const byte Handshake = 22;

    /// <summary>Bytes of the header.</summary>
    public const int HeaderSize = 13;

    private const int SequenceOffset = 5;

    /// <summary>Header and fragment.</summary>
    public int Size => HeaderSize + Length;

    /// <summary>Reads the first record; false when it is none of DTLS 1.0 or 1.2, or is cut.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out DtlsRecord record)
    {
        record = default;
        if (bytes.Length < HeaderSize || bytes[0] is < ChangeCipherSpec or > 24 || bytes[1] != 0xFE || bytes[2] is not (0xFF or 0xFD))
            return false;
        ulong both = BinaryPrimitives.ReadUInt64BigEndian(bytes[3..]);
        record = new(bytes[0], (ushort)(both >> 48), both & 0xFFFF_FFFF_FFFF, BinaryPrimitives.ReadUInt16BigEndian(bytes[11..]));
        return record.Length > 0 && bytes.Length >= record.Size;
    }

    /// <summary>Gives a record of epoch 0 another number: there nothing protects it.</summary>
    public static void Renumber(Span<byte> record, ulong sequence)
    {
        for (int i = 0; i < 6; i++)
            record[SequenceOffset + i] = (byte)(sequence >> (40 - (8 * i)));
    }
}

/// <summary>The header of a handshake message, or of a fragment of one (RFC 6347 §4.2.2).</summary>
/// <remarks>
/// <code>
///   | type 1 | length 3 | number 2 | fragment offset 3 | fragment length 3 | body …
/// </code>
/// </remarks>
/// <param name="Type">Which message.</param>
/// <param name="Length">Bytes of the whole message.</param>
/// <param name="Number">Its place in the handshake.</param>
/// <param name="Offset">Where the fragment stands in it.</param>
/// <param name="FragmentLength">Bytes of the fragment.</param>
internal readonly record struct DtlsFragment(byte Type, int Length, ushort Number, int Offset, int FragmentLength)
{
    /// <summary>client_hello.</summary>
    public const byte ClientHello = 1;

    /// <summary>server_hello.</summary>
    public const byte ServerHello = 2;

    /// <summary>hello_verify_request.</summary>
    public const byte HelloVerifyRequest = 3;

    /// <summary>certificate_verify.</summary>
    public const byte CertificateVerify = 15;

    /// <summary>Bytes of the header.</summary>
    public const int HeaderSize = 12;

    /// <summary>Header and body.</summary>
    public int Size => HeaderSize + FragmentLength;

    /// <summary>Reads the first fragment of a record; false when it is cut or reaches beyond its message.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out DtlsFragment fragment)
    {
        fragment = default;
        if (bytes.Length < HeaderSize)
            return false;
        fragment = new(bytes[0], ReadUInt24(bytes[1..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]), ReadUInt24(bytes[6..]), ReadUInt24(bytes[9..]));
        return bytes.Length >= fragment.Size && fragment.Offset + fragment.FragmentLength <= fragment.Length;
    }

    /// <summary>Can a peer's handshake begin with this datagram? Cheap, and nothing is believed yet.</summary>
    /// <param name="datagram">The datagram.</param>
    /// <param name="weAreClient">Then a server's first words count, else a client's.</param>
    public static bool IsBeginning(ReadOnlySpan<byte> datagram, bool weAreClient)
    {
        const int ShortestHello = 34;
        if (!DtlsRecord.TryRead(datagram, out var record) || record.Type != DtlsRecord.Handshake || record.Epoch != 0
            || !TryRead(datagram.Slice(DtlsRecord.HeaderSize, record.Length), out var fragment) || fragment.Number > 1)
            return false;
        return weAreClient
            ? fragment.Type is ServerHello or HelloVerifyRequest
            : fragment.Type == ClientHello && fragment.Length is > ShortestHello and <= DtlsInboundFilter.LargestMessage;
    }

    private static int ReadUInt24(ReadOnlySpan<byte> bytes) => (bytes[0] << 16) | (bytes[1] << 8) | bytes[2];
}
