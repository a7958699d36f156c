// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Media.Diagnostics;

/// <summary>A pcap file with nanosecond stamps and raw IP packets (link type 101): IP and UDP headers are written anew around each datagram.</summary>
/// <remarks>Thread: one writer.</remarks>
internal sealed class PcapWriter : IDisposable
{
    private const int RecordHeader = 16;
    private const int V4Header = 20;
    private const int V6Header = 40;
    private const int UdpHeader = 8;

    private readonly Stream _file;
    private readonly byte[] _header = new byte[RecordHeader + V6Header + UdpHeader];
    private readonly long _wallClockOffset;

    /// <summary>Creates the file and writes its header.</summary>
    public PcapWriter(string path)
        : this(Create(path))
    {
    }

    /// <summary>Writes the header to any disk.</summary>
    internal PcapWriter(Stream file)
    {
        _file = file;
        _wallClockOffset = ((DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * 100) - MonotonicClock.Now.Nanoseconds;
        Span<byte> header = stackalloc byte[24];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xa1b23c4d);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 262144);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 101);
        _file.Write(header);
    }

    /// <summary>Appends one packet.</summary>
    public void Write(CapturedPacket packet)
    {
        var payload = packet.Payload;
        int ip = packet.Destination.IsV6 ? V6Header : V4Header;
        int length = ip + UdpHeader + payload.Length;
        if (length > ushort.MaxValue)
            return;
        var header = _header.AsSpan(0, RecordHeader + ip + UdpHeader);
        header.Clear();
        WriteRecord(header, packet.At.Nanoseconds + _wallClockOffset, length);
        if (packet.Destination.IsV6)
            WriteV6(header[RecordHeader..], packet, UdpHeader + payload.Length);
        else
            WriteV4(header[RecordHeader..], packet, length);
        WriteUdp(header[(RecordHeader + ip)..], packet, UdpHeader + payload.Length);
        _file.Write(header);
        _file.Write(payload);
    }

    /// <summary>Hands what was written to the system.</summary>
    public void Flush() => _file.Flush();

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static FileStream Create(string path)
    {
        // SDES keys travel in the signalling that such a file holds: its owner's eyes only.
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        // The creation mode says nothing of a file that was there before; and /dev/null stays everybody's.
        if (!OperatingSystem.IsWindows() && !IsDevice(path)) File.SetUnixFileMode(file.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    private static bool IsDevice(string path) =>
        (new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? System.IO.Path.GetFullPath(path)).StartsWith("/dev/", StringComparison.Ordinal);

    private static void WriteRecord(Span<byte> record, long wallClock, int length)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(wallClock / 1_000_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)(wallClock % 1_000_000_000));
        BinaryPrimitives.WriteInt32LittleEndian(record[8..], length);
        BinaryPrimitives.WriteInt32LittleEndian(record[12..], length);
    }

    private static void WriteV4(Span<byte> ip, CapturedPacket packet, int length)
    {
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)length);
        ip[8] = 64;
        ip[9] = 17;
        BinaryPrimitives.WriteUInt32BigEndian(ip[12..], (uint)packet.Source.Low);
        BinaryPrimitives.WriteUInt32BigEndian(ip[16..], (uint)packet.Destination.Low);
        uint sum = 0;
        for (int i = 0; i < V4Header; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(ip[i..]);
        sum = (sum & 0xffff) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], (ushort)~(sum + (sum >> 16)));
    }

    private static void WriteV6(Span<byte> ip, CapturedPacket packet, int length)
    {
        ip[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)length);
        ip[6] = 17;
        ip[7] = 64;
        BinaryPrimitives.WriteUInt64BigEndian(ip[8..], packet.Source.High);
        BinaryPrimitives.WriteUInt64BigEndian(ip[16..], packet.Source.Low);
        BinaryPrimitives.WriteUInt64BigEndian(ip[24..], packet.Destination.High);
        BinaryPrimitives.WriteUInt64BigEndian(ip[32..], packet.Destination.Low);
    }

    private static void WriteUdp(Span<byte> udp, CapturedPacket packet, int length)
    {
        BinaryPrimitives.WriteUInt16BigEndian(udp, packet.Source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], packet.Destination.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)length);
    }
}
