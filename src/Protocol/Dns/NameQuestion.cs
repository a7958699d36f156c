// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Text;

namespace Earshot.Protocol.Dns;

/// <summary>One question for the addresses of a name, and what a packet answers to it (RFC 1035 §4, RFC 6762 §5.1, §5.4, §6.7).</summary>
/// <remarks>
/// <code>
///   header 12 │ name, A, IN │ name → 12, AAAA, IN         answer: … │ name │ type │ class │ ttl │ length │ 4 or 16 bytes
/// </code>
/// A one-shot question, asked from any port: responders answer it like any DNS question, to the port that asked. Immutable.
/// </remarks>
internal sealed class NameQuestion
{
    private const int HeaderSize = 12;
    private const ushort TypeA = 1;
    private const ushort TypeAaaa = 28;
    private const ushort ClassIn = 1;

    // The highest bit of a question's class asks for an answer to us alone, that of a record's says that it is all there is.
    private const ushort ClassFlag = 0x8000;
    private const ushort PointerBits = 0xc000;
    private const int LongestLabel = 63;
    private const int LongestName = 253;

    // A name of more pointers than labels can be is a circle.
    private const int MostPointers = 32;

    private readonly string _name;
    private readonly ushort _id;

    private NameQuestion(string name, ushort id) => (_name, _id) = (name, id);

    /// <summary>A question; null for what is no name.</summary>
    /// <param name="name">Labels of letters, digits, hyphens and underscores.</param>
    /// <param name="id">Comes back in answers; drawn by the caller.</param>
    public static NameQuestion? TryCreate(string name, ushort id)
    {
        name = name.TrimEnd('.');
        if (name.Length is 0 or > LongestName || !Array.TrueForAll(name.Split('.'), IsLabel))
            return null;
        return new(name, id);
    }

    /// <summary>Names of one link, asked by multicast.</summary>
    public static bool IsLocal(string name) => name.TrimEnd('.').EndsWith(".local", StringComparison.OrdinalIgnoreCase);

    /// <summary>The packet that asks: at most 290 bytes.</summary>
    public byte[] Write()
    {
        var packet = new byte[HeaderSize + _name.Length + 2 + 4 + 2 + 4];
        BinaryPrimitives.WriteUInt16BigEndian(packet, _id);
        packet[5] = 2;
        int at = HeaderSize;
        foreach (string label in _name.Split('.'))
        {
            packet[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, packet.AsSpan(at));
        }

        at++; // the root
        WriteKind(packet.AsSpan(at), TypeA);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(at + 4), PointerBits | HeaderSize);
        WriteKind(packet.AsSpan(at + 6), TypeAaaa);
        return packet;
    }

    /// <summary>The addresses in an answer, without a port; none when it is no answer to this question, or none that can be read.</summary>
    public List<TransportAddress> Read(ReadOnlySpan<byte> packet)
    {
        var found = new List<TransportAddress>();
        if (packet.Length < HeaderSize || packet[2] >> 7 == 0 || (packet[3] & 0x0f) != 0 || !IsOurs(BinaryPrimitives.ReadUInt16BigEndian(packet)))
            return found;
        int questions = BinaryPrimitives.ReadUInt16BigEndian(packet[4..]), answers = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]);
        int at = HeaderSize;
        for (; questions > 0; questions--)
        {
            if (!TryName(packet, ref at, out _) || (at += 4) > packet.Length)
                return found;
        }

        for (; answers > 0 && TryRecord(packet, ref at, out var address); answers--)
        {
            if (!address.IsNone && !found.Contains(address))
                found.Add(address);
        }

        return found;
    }

    // Answers that are sent to everybody carry no number (RFC 6762 §18.1).
    private bool IsOurs(ushort id) => id == _id || id == 0;

    private bool TryRecord(ReadOnlySpan<byte> packet, ref int at, out TransportAddress address)
    {
        address = default;
        if (!TryName(packet, ref at, out string name) || at + 10 > packet.Length)
            return false;
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(packet[at..]), kind = BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 2)..]);
        int length = BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 8)..]);
        at += 10;
        if (at + length > packet.Length)
            return false;
        bool isAddress = (kind & ~ClassFlag) == ClassIn && ((type == TypeA && length == 4) || (type == TypeAaaa && length == 16));
        if (isAddress && name.Equals(_name, StringComparison.OrdinalIgnoreCase))
            address = TransportAddress.FromBytes(packet.Slice(at, length), 0);
        at += length;
        return true;
    }

    private static bool TryName(ReadOnlySpan<byte> packet, ref int at, out string name)
    {
        var text = new StringBuilder();
        name = "";
        int reading = at, pointers = 0;
        while (reading < packet.Length && text.Length <= LongestName + 1)
        {
            int length = packet[reading];
            if (length >= 0xc0)
            {
                if (reading + 2 > packet.Length || ++pointers > MostPointers)
                    return false;
                at = pointers == 1 ? reading + 2 : at;
                reading = BinaryPrimitives.ReadUInt16BigEndian(packet[reading..]) & ~PointerBits;
                continue;
            }

            if (length > LongestLabel || reading + 1 + length > packet.Length)
                return false;
            if (length == 0)
            {
                at = pointers == 0 ? reading + 1 : at;
                name = text.ToString();
                return true;
            }

            if (text.Length > 0)
                text.Append('.');
            text.Append(Encoding.Latin1.GetString(packet.Slice(reading + 1, length)));
            reading += 1 + length;
        }

        return false;
    }

    private static void WriteKind(Span<byte> to, ushort type)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, type);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], ClassFlag | ClassIn);
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel && label.AsSpan().IndexOfAnyExcept(LabelCharacters) < 0;

    private static readonly System.Buffers.SearchValues<char> LabelCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}
