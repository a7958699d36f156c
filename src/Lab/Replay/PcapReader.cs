// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Earshot.Protocol;

namespace Earshot.Lab.Replay;

// | magic | version | zone, figures | longest packet | link type |   then for each packet   | s | µs or ns | bytes here | bytes on the wire | … |
// The magic number tells the byte order and whether the fractions are micro- or nanoseconds.

/// <summary>Walks the packets of a classic pcap file (draft-ietf-opsawg-pcap), in either byte order.</summary>
/// <remarks>Thread: one. A file that was cut short ends with its last whole packet.</remarks>
internal sealed class PcapReader
{
    private const uint Microseconds = 0xa1b2c3d4;
    private const uint Nanoseconds = 0xa1b23c4d;
    private const uint NextGeneration = 0x0a0d0d0a;
    private const int Header = 24;
    private const int RecordHeader = 16;

    private readonly byte[] _file;
    private readonly bool _swapped;
    private readonly long _nanosecondsPerUnit;
    private int _at = Header;
    private long _origin = -1;

    /// <param name="file">The whole file.</param>
    /// <exception cref="PcapException">It is no such file.</exception>
    public PcapReader(byte[] file)
    {
        _file = file;
        var magic = file.Length < Header ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(file);
        if (magic == NextGeneration) throw new PcapException("it is a pcapng file: save it as pcap (editcap -F pcap)");
        _swapped = BinaryPrimitives.ReverseEndianness(magic) is Microseconds or Nanoseconds;
        magic = _swapped ? BinaryPrimitives.ReverseEndianness(magic) : magic;
        if (magic is not (Microseconds or Nanoseconds)) throw new PcapException("it is not a pcap file");
        _nanosecondsPerUnit = magic == Nanoseconds ? 1 : 1000;
        // The upper bits say whether a checksum follows each packet.
        LinkType = (int)(Read(20) & 0x0fff_ffff);
    }

    /// <summary>What the packets begin with (LINKTYPE_…).</summary>
    public int LinkType { get; }

    /// <summary>Packets of which the capture kept only the beginning.</summary>
    public int CutPackets { get; private set; }

    /// <summary>The file ends in the midst of a packet.</summary>
    public bool EndsEarly { get; private set; }

    /// <summary>The next packet.</summary>
    /// <param name="at">When, since the first one.</param>
    /// <param name="packet">As much of it as was kept.</param>
    public bool TryRead(out Instant at, out ReadOnlyMemory<byte> packet)
    {
        (at, packet) = (default, default);
        EndsEarly = _at < _file.Length;
        if (_file.Length - _at < RecordHeader) return false;
        var nanoseconds = (Read(_at) * 1_000_000_000L) + (Read(_at + 4) * _nanosecondsPerUnit);
        long length = Read(_at + 8);
        if (length > _file.Length - _at - RecordHeader) return false;
        EndsEarly = false;
        if (length < Read(_at + 12)) CutPackets++;
        if (_origin < 0) _origin = nanoseconds;
        at = new(nanoseconds - _origin);
        packet = _file.AsMemory(_at + RecordHeader, (int)length);
        _at += RecordHeader + (int)length;
        return true;
    }

    private uint Read(int at)
    {
        var value = BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(at));
        return _swapped ? BinaryPrimitives.ReverseEndianness(value) : value;
    }
}
