// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Earshot.Media.Codecs.Opus;
using Earshot.Protocol.Rtp;

namespace Earshot.WholeCall;

/// <summary>What one phone sent, from its own capture of the wire: decoded sound, and when each part of it left.</summary>
internal sealed class SentStream
{
    // The payload types that the command offers.
    private const int Opus = 111;
    private const int RedundantOpus = 112;

    private readonly List<(long At, int First, int Samples)> _packets = [];

    private SentStream(short[] sound) => Sound = sound;

    /// <summary>The stream decoded as the receiver decodes it, so that the codec's look-ahead is in both.</summary>
    public short[] Sound { get; }

    /// <summary>Wall-clock nanoseconds at which the datagram that holds a sample was sent; −1 when none does.</summary>
    public long SentAt(int sample)
    {
        var (low, high) = (0, _packets.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_packets[middle].First <= sample) low = middle;
            else high = middle - 1;
        }

        return _packets.Count > 0 && sample >= _packets[low].First && sample < _packets[low].First + _packets[low].Samples ? _packets[low].At : -1;
    }

    /// <summary>Reads a capture in which media is clear Opus (<c>--security none --codecs opus</c>).</summary>
    /// <param name="path">A pcap file of raw IPv4 with nanosecond stamps.</param>
    /// <param name="fromPort">The media port of the phone whose packets count.</param>
    public static SentStream Read(string path, int fromPort)
    {
        var file = File.ReadAllBytes(path).AsSpan();
        using var decoder = new OpusDecoder();
        var sound = new List<short>();
        var packets = new List<(long, int, int)>();
        var pcm = new short[5760];
        for (var at = 24; at + 16 <= file.Length;)
        {
            var time = (BinaryPrimitives.ReadUInt32LittleEndian(file[at..]) * 1_000_000_000L) + BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]);
            var length = BinaryPrimitives.ReadInt32LittleEndian(file[(at + 8)..]);
            if (at + 16 + length > file.Length) break;
            var ip = file.Slice(at + 16, length);
            at += 16 + length;
            if (BinaryPrimitives.ReadUInt16BigEndian(ip[20..]) != fromPort || !TryFrame(ip[28..], out var frame)) continue;
            var samples = decoder.Decode(frame, pcm);
            if (samples <= 0) continue;
            packets.Add((time, sound.Count, samples));
            sound.AddRange(pcm.AsSpan(0, samples));
        }

        var stream = new SentStream([.. sound]);
        stream._packets.AddRange(packets);
        return stream;
    }

    // Of redundant audio (RFC 2198) the packet's own frame.
    private static bool TryFrame(ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (!RtpPacket.TryParse(datagram, out var packet) || packet.PayloadType is not (Opus or RedundantOpus)) return false;
        frame = packet.Payload;
        if (packet.PayloadType == Opus) return true;
        if (Redundancy.TryParse(packet.Payload, out var redundancy) != RedundancyOutcome.Read) return false;
        frame = redundancy.Primary;
        return true;
    }
}
