// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Protocol;
using Earshot.Protocol.Rtp;

namespace Earshot.Lab.Replay;

/// <summary>The RTP streams of a capture.</summary>
/// <param name="Streams">The one with the most packets first.</param>
/// <param name="CutPackets">Packets of which only the beginning was kept: they are not in any stream.</param>
/// <param name="EndsEarly">The file ends in the midst of a packet.</param>
internal sealed record CapturedStreams(IReadOnlyList<RtpStream> Streams, int CutPackets, bool EndsEarly);

/// <summary>Finds the RTP streams of a capture, without the signalling that would name them.</summary>
internal static class RtpStreams
{
    // Anything whose first byte says version 2 parses; a stream is believed when its numbers mostly follow each other.
    private const int Fewest = 5;

    /// <summary>Reads a capture.</summary>
    /// <param name="file">A classic pcap file.</param>
    /// <exception cref="PcapException">It is no such file, or of a link type that is not read here.</exception>
    public static CapturedStreams Find(byte[] file)
    {
        var reader = new PcapReader(file);
        if (!UdpFrames.Knows(reader.LinkType)) throw new PcapException($"its link type {reader.LinkType} is not read here: capture Ethernet or Linux cooked frames, or bare IP");
        var found = new Dictionary<(IPEndPoint From, IPEndPoint To, uint Ssrc), List<CapturedRtp>>();
        while (reader.TryRead(out var at, out var frame))
        {
            if (!UdpFrames.TryParse(reader.LinkType, frame.Span, out var from, out var to, out var payload)
                || PacketKinds.Classify(payload) != PacketKind.Rtp || !RtpPacket.TryParse(payload, out var packet))
                continue;
            if (!found.TryGetValue((from, to, packet.Ssrc), out var packets)) found[(from, to, packet.Ssrc)] = packets = [];
            // Captures of several cards are not always in order: time does not run backwards here.
            packets.Add(new(packets.Count == 0 ? at : Instant.Max(at, packets[^1].At), payload.ToArray()));
        }

        var streams = found.Where(s => IsStream(s.Value)).Select(s => new RtpStream(s.Key.From, s.Key.To, s.Key.Ssrc, s.Value)).OrderByDescending(s => s.Packets.Count);
        return new([.. streams], reader.CutPackets, reader.EndsEarly);
    }

    private static bool IsStream(List<CapturedRtp> packets)
    {
        var near = 0;
        for (var i = 1; i < packets.Count; i++)
            near += Math.Abs((short)(SequenceOf(packets[i]) - SequenceOf(packets[i - 1]))) < 100 ? 1 : 0;
        return packets.Count >= Fewest && near > packets.Count / 2;
    }

    private static ushort SequenceOf(CapturedRtp packet) => (ushort)((packet.Bytes[2] << 8) | packet.Bytes[3]);
}
