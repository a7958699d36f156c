// SPDX-License-Identifier: MIT
using Earshot.Lab.Calls;
using Earshot.Media.Codecs;
using Earshot.Media.Playout;
using Earshot.Protocol;

namespace Earshot.Lab.Replay;

/// <summary>What the playout made of a captured stream.</summary>
internal sealed record ReplayResult
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>The stream.</summary>
    public required RtpStream Stream { get; init; }

    /// <summary>How many other streams the capture holds.</summary>
    public required int OtherStreams { get; init; }

    /// <summary>The codec's name, lower case.</summary>
    public required string Codec { get; init; }

    /// <summary>Most of the packets' payload type.</summary>
    public required byte PayloadType { get; init; }

    /// <summary>Payload type of redundant audio (RFC 2198); −1 when there is none.</summary>
    public required int RedundancyPayloadType { get; init; }

    /// <summary>Payload type of keys (RFC 4733); −1 when there are none.</summary>
    public required int KeyPayloadType { get; init; }

    /// <summary>The keys that were pressed, in their order.</summary>
    public required string Digits { get; init; }

    /// <summary>Packets of the capture of which only the beginning was kept: they are missing here.</summary>
    public required int CutPackets { get; init; }

    /// <summary>The capture ends in the midst of a packet.</summary>
    public required bool EndsEarly { get; init; }

    /// <summary>Packets that never came.</summary>
    public required long PacketsLost { get; init; }

    /// <summary>Interarrival jitter at the end, seconds.</summary>
    public required double Jitter { get; init; }

    /// <summary>The playout's counters.</summary>
    public required PlayoutSnapshot Playout { get; init; }

    /// <summary>Beyond the fastest packet: what jitter and buffer add.</summary>
    public required DelayFigures Delay { get; init; }

    /// <summary>The buffer's target delay.</summary>
    public required DelayFigures Target { get; init; }

    /// <summary>Every block.</summary>
    public required LabTrack Track { get; init; }

    /// <summary>Everything that was played, 48 kHz.</summary>
    public required short[] Heard { get; init; }

    /// <summary>Share of played samples that were made up, 0 to 1.</summary>
    public double ConcealedShare => Playout.TotalSamplesReceived == 0 ? 0 : (double)Playout.ConcealedSamples / Playout.TotalSamplesReceived;

    /// <summary>Plays the largest stream of a capture.</summary>
    /// <param name="file">A classic pcap file.</param>
    /// <param name="dynamicCodec">What a payload type from 96 on means.</param>
    /// <param name="cancel">Looked at now and then.</param>
    /// <exception cref="PcapException">There is nothing to play in it.</exception>
    public static ReplayResult Of(byte[] file, AudioCodec dynamicCodec, CancellationToken cancel = default)
    {
        var capture = RtpStreams.Find(file);
        if (capture.Streams.Count == 0) throw new PcapException(WithoutStream(capture));
        var stream = capture.Streams[0];
        if (stream.Length > Longest) throw new PcapException("its largest stream is longer than an hour: cut it (editcap -A … -B …)");
        var format = StreamFormat.Of(stream, dynamicCodec);
        var origin = stream.Packets[0].At.Nanoseconds;
        // Half a block behind the first packet, the mean of all the phases that a sound card might have.
        using var end = new HearingEnd(Decoders(format), Instant.FromMilliseconds(5), format.RedundancyPayloadType, format.KeyPayloadType);
        foreach (var packet in stream.Packets)
        {
            cancel.ThrowIfCancellationRequested();
            end.HandleDatagram(new(packet.At.Nanoseconds - origin), packet.Bytes.AsSpan().ToArray());
        }

        end.PullUntil(Instant.Zero + stream.Length);
        return Read(end, capture, format);
    }

    private static string WithoutStream(CapturedStreams capture) =>
        capture.CutPackets > 0 ? $"it holds no whole RTP packets, {capture.CutPackets} that were cut: capture them whole (tcpdump -s 0)"
        : capture.EndsEarly ? "it is cut short, and there is no RTP stream before that"
        : "it holds no RTP stream";

    private static ReplayResult Read(HearingEnd end, CapturedStreams capture, StreamFormat format) => new()
    {
        Stream = capture.Streams[0],
        OtherStreams = capture.Streams.Count - 1,
        CutPackets = capture.CutPackets,
        EndsEarly = capture.EndsEarly,
        Codec = format.Codec.Name.ToLowerInvariant(),
        PayloadType = format.PayloadType,
        RedundancyPayloadType = format.RedundancyPayloadType,
        KeyPayloadType = format.KeyPayloadType,
        Digits = end.Digits,
        PacketsLost = end.Media.Rtcp.PacketsLost,
        Jitter = end.Media.Rtcp.JitterMilliseconds / 1000,
        Playout = end.Playback.Statistics,
        Delay = DelayFigures.Of(end.Track, p => p.DelayMs),
        Target = DelayFigures.Of(end.Track, p => p.TargetMs),
        Track = end.Track,
        Heard = end.Heard.ToArray(),
    };

    private static List<(byte PayloadType, AudioCodec Codec)> Decoders(StreamFormat format)
    {
        var all = new List<(byte, AudioCodec)> { (format.PayloadType, format.Codec) };
        foreach (var fixedType in CodecCatalogue.All.Where(c => c.StaticPayloadType >= 0 && c.StaticPayloadType != format.PayloadType))
            all.Add(((byte)fixedType.StaticPayloadType, fixedType));
        return all;
    }
}
