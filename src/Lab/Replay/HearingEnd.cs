// SPDX-License-Identifier: MIT
using System.Net;
using System.Text;
using Earshot.Lab.Calls;
using Earshot.Media;
using Earshot.Media.Codecs;
using Earshot.Media.Playout;
using Earshot.Media.Receive;
using Earshot.Media.Send;
using Earshot.Media.Transport;
using Earshot.Protocol;
using Earshot.Protocol.Rtcp;
using Earshot.Protocol.Rtp;
using Earshot.Protocol.Sdp;

namespace Earshot.Lab.Replay;

/// <summary>The receiving half of a call in clear, in virtual time: whatever datagrams come, the real path takes them, and the speaker pulls every 10 ms.</summary>
/// <remarks>Thread: one. It is told the time.</remarks>
internal sealed class HearingEnd : IDatagramSender, IEventSink, IDisposable
{
    private const int PullSamples = 480;
    private static readonly IPEndPoint Here = new(IPAddress.Parse("192.0.2.2"), 4000);

    private readonly PeerAddress _peer = new(0, 0xc0000201, 4000, false, 0);
    private readonly SlotRing<ReceivedPacket> _ring = new(64, static () => new ReceivedPacket());
    private readonly List<short> _heard = [];
    private readonly StringBuilder _digits = new();
    private readonly short[] _block = new short[PullSamples];
    private readonly LabClock _clock;
    private readonly int _keys;
    private double _earliest = double.PositiveInfinity;
    private uint _firstTime;
    private int _clockRate;
    private long _discarded;
    private long _pulls;

    /// <summary>Begins to listen.</summary>
    /// <param name="decoders">For each payload type that is understood.</param>
    /// <param name="begins">When the speaker takes its first block.</param>
    /// <param name="redundancy">The payload type of redundant audio (RFC 2198); −1 for none.</param>
    /// <param name="keys">The payload type of keys (RFC 4733); −1 for none.</param>
    public HearingEnd(IReadOnlyList<(byte PayloadType, AudioCodec Codec)> decoders, Instant begins, int redundancy = -1, int keys = -1)
    {
        (_clock, _keys) = (new(begins, 0), keys);
        Playback = new PlaybackPipeline(_ring);
        Media = new CallMedia(new()
        {
            RtpSender = this,
            RtcpSender = this,
            Local = PeerAddress.From(Here),
            CaptureQueue = new CaptureQueue(),
            ToPlayback = _ring,
            Playback = Playback,
            Events = this,
            Random = new SeededRandom(1),
            Clock = new(Instant.Zero, NtpTime.FromUtc(DateTime.UnixEpoch)),
        });
        var plan = PlanFor(decoders, redundancy, keys);
        Playback.Apply(plan.Playback);
        Media.Apply(begins, plan);
        Media.Start(begins);
    }

    /// <summary>The worker's half.</summary>
    public CallMedia Media { get; }

    /// <summary>The playback thread's half.</summary>
    public PlaybackPipeline Playback { get; }

    /// <summary>Every block.</summary>
    public LabTrack Track { get; } = new(1024);

    /// <summary>Everything that was played.</summary>
    public ReadOnlySpan<short> Heard => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_heard);

    /// <summary>The keys that were pressed, in their order.</summary>
    public string Digits => _digits.ToString();

    /// <summary>When the speaker takes its next block.</summary>
    public Instant NextPull => _clock.At(_pulls * PullSamples);

    /// <summary>A datagram comes; the speaker has first taken what was due before.</summary>
    public void HandleDatagram(Instant now, Span<byte> datagram)
    {
        PullUntil(now - TimeSpan.FromTicks(1));
        // No worker would have room for it.
        if (datagram.Length > UdpPort.MaximumDatagram) return;
        Note(now, datagram);
        Media.HandleDatagram(now, now, in _peer, datagram);
    }

    /// <summary>Lets the speaker take every block up to a time.</summary>
    public void PullUntil(Instant end)
    {
        for (var next = NextPull; next <= end; next = NextPull) Pull(next);
    }

    /// <inheritdoc/>
    public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to) => true;

    /// <inheritdoc/>
    public void Push(in MediaEvent happened)
    {
        // Nobody watches the rest: what matters of it is counted.
        if (happened.Kind == MediaEventKind.DtmfReceived) _digits.Append(happened.Digit);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Media.Close(NextPull);
        Playback.Close();
    }

    private void Pull(Instant now)
    {
        Playback.Play(_block, now);
        _heard.AddRange(_block);
        _pulls++;
        var (statistics, played) = (Playback.Statistics, Playback.LastPulled);
        var delay = played.HasStream ? (float)(now.TotalMilliseconds - _earliest - Behind(played.RtpTime)) : float.NaN;
        Track.Add(new((float)now.TotalMilliseconds, played.Kind, delay, float.NaN, (float)(statistics.TargetDelay * 1000), (int)(statistics.PacketsDiscarded - _discarded)));
        _discarded = statistics.PacketsDiscarded;
    }

    // When the sender spoke is not known: the fastest packet so far stands for no delay at all.
    private void Note(Instant now, ReadOnlySpan<byte> datagram)
    {
        // A key's time stamp says when it was pressed, in all its packets.
        if (!RtpPacket.TryParse(datagram, out var packet) || packet.PayloadType == _keys) return;
        if (double.IsInfinity(_earliest)) _firstTime = packet.Timestamp;
        _earliest = Math.Min(_earliest, now.TotalMilliseconds - Behind(packet.Timestamp));
    }

    private double Behind(uint rtpTime) => (int)(rtpTime - _firstTime) * 1000.0 / _clockRate;

    private MediaPlan PlanFor(IReadOnlyList<(byte PayloadType, AudioCodec Codec)> decoders, int redundancy, int keys)
    {
        _clockRate = decoders[0].Codec.ClockRate;
        UInt128 types = 0;
        foreach (var (payloadType, _) in decoders) types |= UInt128.One << payloadType;
        // The pauses of G.711 and G.722 (RFC 3389); playout knows them by themselves.
        types |= UInt128.One << ComfortNoise.PayloadType;
        return new(
            new TransportPlan(_peer, _peer, true, null, null),
            new SendPlan(CodecCatalogue.Pcmu.CreateEncoder48k(), 0, 8000, 960, -1, 8000, false),
            new ReceivePlan(types, keys, _clockRate, true, true) { RedundancyPayloadType = redundancy },
            new PlaybackPlan([.. decoders.Select(d => (d.PayloadType, d.Codec.CreateDecoder48k()))], true),
            new MediaFacts(decoders[0].Codec.Name.ToLowerInvariant(), decoders[0].Codec.SampleRate, 20, null, Here, _peer.ToEndPoint(), MediaDirection.ReceiveOnly, false, true, false));
    }
}
