// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Lab.Tests.Replay;

/// <summary>Writes captures as other programs do: either byte order, micro- or nanoseconds, several kinds of frames.</summary>
internal sealed class PcapBuilder
{
    private readonly List<byte> _file = [];
    private readonly int _linkType;
    private readonly bool _bigEndian;
    private readonly bool _nanoseconds;

    public PcapBuilder(int linkType, bool bigEndian = false, bool nanoseconds = false)
    {
        (_linkType, _bigEndian, _nanoseconds) = (linkType, bigEndian, nanoseconds);
        Word(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
        Word(bigEndian ? 0x0002_0004u : 0x0004_0002u);
        foreach (var word in (uint[])[0, 0, 65535, (uint)linkType]) Word(word);
    }

    public byte[] File => [.. _file];

    /// <summary>Bytes that are kept of each frame.</summary>
    public int Longest { get; init; } = 65535;

    public void Add(double ms, byte[] udpPayload, ushort port = 4000, bool v6 = false)
    {
        var frame = Frame(v6 ? V6(udpPayload, port) : V4(udpPayload, port), v6);
        var nanoseconds = 1_700_000_000_000_000_000 + (long)(ms * 1e6);
        Word((uint)(nanoseconds / 1_000_000_000));
        Word((uint)(nanoseconds % 1_000_000_000 / (_nanoseconds ? 1 : 1000)));
        var kept = Math.Min(frame.Length, Longest);
        Word((uint)kept);
        Word((uint)frame.Length);
        _file.AddRange(frame[..kept]);
    }

    private byte[] Frame(byte[] ip, bool v6)
    {
        byte[] type = v6 ? [0x86, 0xdd] : [0x08, 0x00];
        return _linkType switch
        {
            1 => [.. new byte[12], 0x81, 0x00, 0, 7, .. type, .. ip], // with a VLAN tag
            113 => [.. new byte[14], .. type, .. ip],
            276 => [.. type, .. new byte[18], .. ip],
            0 => [2, 0, 0, 0, .. ip],
            _ => ip,
        };
    }

    private static byte[] V4(byte[] payload, ushort port)
    {
        var ip = new byte[20];
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(2), (ushort)(28 + payload.Length));
        (ip[8], ip[9], ip[12], ip[15], ip[16], ip[19]) = (64, 17, 10, 1, 10, 2);
        return [.. ip, .. Udp(payload, port)];
    }

    private static byte[] V6(byte[] payload, ushort port)
    {
        var ip = new byte[40];
        (ip[0], ip[6], ip[7], ip[8], ip[23], ip[24], ip[39]) = (0x60, 17, 64, 0xfd, 1, 0xfd, 2);
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(4), (ushort)(8 + payload.Length));
        return [.. ip, .. Udp(payload, port)];
    }

    private static byte[] Udp(byte[] payload, ushort port)
    {
        var udp = new byte[8];
        BinaryPrimitives.WriteUInt16BigEndian(udp, port);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(2), 5000);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(4), (ushort)(8 + payload.Length));
        return [.. udp, .. payload];
    }

    private void Word(uint value)
    {
        Span<byte> word = stackalloc byte[4];
        if (_bigEndian) BinaryPrimitives.WriteUInt32BigEndian(word, value);
        else BinaryPrimitives.WriteUInt32LittleEndian(word, value);
        _file.AddRange(word);
    }
}
