// SPDX-License-Identifier: MIT
using System.Net;
using System.Text;
using Earshot.Lab.Links;
using Earshot.Media;
using Earshot.Media.Codecs;
using Earshot.Media.Receive;
using Earshot.Media.Send;
using Earshot.Media.Transport;
using Earshot.Protocol;
using Earshot.Protocol.Rtcp;
using Earshot.Protocol.Sdp;

namespace Earshot.Lab.Calls;

/// <summary>One end of a call in virtual time: the real negotiation, worker's half and playback, with a link in the place of the socket.</summary>
/// <remarks>
/// <code>
///   voice ─► CaptureQueue ─► CallMedia ─► link          each 10 ms (or packet, if shorter) of its sound card
///   heard ◄─ PlaybackPipeline ◄─ SlotRing ◄─ CallMedia ◄─ the other link
/// </code>
/// Thread: the call's. It is told the time.
/// </remarks>
internal sealed class LabEnd : IDatagramSender, IEventSink, IDisposable
{
    /// <summary>Samples of a block that is played.</summary>
    public const int PullSamples = 480;

    private readonly SimulatedLink _out;
    private readonly MediaNegotiator _negotiator;
    private readonly CaptureQueue _captured = new();
    private readonly SlotRing<ReceivedPacket> _ring = new(64, static () => new ReceivedPacket());
    private readonly LabVoice? _voice;
    private readonly short[] _block;
    private readonly long _phase;
    private readonly short[] _heard;
    private readonly List<(uint From, int Samples)> _frames = [];
    private Instant _now;
    private long _capturedSamples;
    private int _playedSamples;
    private long _discarded;
    private bool _over;

    /// <param name="scenario">The call.</param>
    /// <param name="address">Of this end, on paper.</param>
    /// <param name="voice">What it says; null says nothing.</param>
    /// <param name="clock">Its sound card's.</param>
    /// <param name="outgoing">Where its packets go.</param>
    /// <param name="random">For this end alone.</param>
    public LabEnd(LabScenario scenario, IPEndPoint address, LabVoice? voice, LabClock clock, SimulatedLink outgoing, SeededRandom random)
    {
        (_out, _voice, Clock) = (outgoing, voice, clock);
        _block = new short[(int)Math.Min(PullSamples, scenario.Media.PacketTime.TotalMilliseconds * 48)];
        _phase = (long)(random.NextUnit() * PullSamples);
        _heard = new short[(int)(scenario.Duration.TotalSeconds * 48000 * (1 + (Math.Abs(clock.Ppm) * 1e-6))) + PullSamples];
        Track = new LabTrack(_heard.Length / PullSamples);
        _negotiator = new MediaNegotiator(scenario.Media, random, new MediaCodecs()) { Local = address };
        Local = PeerAddress.From(address);
        Playback = new PlaybackPipeline(_ring);
        Media = new CallMedia(new()
        {
            RtpSender = this,
            RtcpSender = this,
            Local = Local,
            CaptureQueue = _captured,
            ToPlayback = _ring,
            Playback = Playback,
            Events = this,
            Random = random,
            Clock = new(Instant.Zero, NtpTime.FromUtc(DateTime.UnixEpoch)),
        });
    }

    /// <summary>Its address on paper.</summary>
    public PeerAddress Local { get; }

    /// <summary>Its sound card's clock.</summary>
    public LabClock Clock { get; }

    /// <summary>The worker's half.</summary>
    public CallMedia Media { get; }

    /// <summary>The playback thread's half.</summary>
    public PlaybackPipeline Playback { get; }

    /// <summary>What was agreed.</summary>
    public MediaPlan Plan => _negotiator.Plan!;

    /// <summary>Every block it played.</summary>
    public LabTrack Track { get; }

    /// <summary>Everything it played, from the first block on.</summary>
    public ReadOnlyMemory<short> Heard => _heard.AsMemory(0, _playedSamples);

    /// <summary>When <see cref="Heard"/> begins.</summary>
    public Instant HeardFrom => Clock.At(_phase);

    /// <summary>When its microphone has filled the next block.</summary>
    public Instant NextCapture => _voice is null ? Instant.Never : Clock.At(_capturedSamples + _block.Length);

    /// <summary>When its speaker takes the next block.</summary>
    public Instant NextPull => Clock.At(_phase + _playedSamples);

    /// <summary>Offers and answers between the two, then lets media flow.</summary>
    public static void Connect(LabEnd caller, LabEnd callee, Instant now)
    {
        var direction = callee._voice is null ? MediaDirection.SendOnly : MediaDirection.SendReceive;
        var answered = callee._negotiator.AcceptOffer(AsByDtls(caller._negotiator.CreateOffer(direction, null)));
        if (!answered.Accepted || !caller._negotiator.AcceptAnswer(answered.Answer.Span, final: true).Accepted)
            throw new InvalidOperationException($"two ends of one build do not agree: {answered.Reason}");
        caller.Begin(now);
        callee.Begin(now);
    }

    // Keys are scripted, but all else is as in the calls that are usual, by DTLS: these are described with feedback (RFC 5124), so reports come each second.
    private static byte[] AsByDtls(ReadOnlyMemory<byte> offer) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(offer.Span).Replace(" RTP/SAVP ", " RTP/SAVPF ", StringComparison.Ordinal));

    /// <summary>A block from the microphone.</summary>
    public void Capture(Instant now)
    {
        _now = now;
        _voice!.CopyTo(_capturedSamples, _block);
        _captured.Push(_block, Clock.At(_capturedSamples).Nanoseconds);
        _capturedSamples += _block.Length;
        Media.HandleCapture(now);
        if (Media.Send.LastFrameSamples is > 0 and var samples && (_frames.Count == 0 || _frames[^1].Samples != samples))
            _frames.Add((Media.Send.LastFrame.Timestamp, samples));
    }

    /// <summary>A block to the speaker.</summary>
    /// <param name="now">Now; heard at once.</param>
    /// <param name="from">The other end: knows when what is played was said.</param>
    public void Pull(Instant now, LabEnd from)
    {
        var block = _heard.AsSpan(_playedSamples, PullSamples);
        Playback.Play(block, now);
        _playedSamples += PullSamples;
        var statistics = Playback.Statistics;
        var played = Playback.LastPulled;
        var (delay, mouthToEar) = played.HasStream ? from.Since(now, played.RtpTime) : (float.NaN, float.NaN);
        Track.Add(new((float)now.TotalMilliseconds, played.Kind, delay, mouthToEar,
            (float)(statistics.TargetDelay * 1000), (int)(statistics.PacketsDiscarded - _discarded)));
        _discarded = statistics.PacketsDiscarded;
    }

    /// <summary>A datagram from the link; decrypted in place.</summary>
    public void HandleDatagram(Instant now, in PeerAddress from, byte[] datagram)
    {
        _now = now;
        Media.HandleDatagram(now, now, in from, datagram);
    }

    /// <summary>Does what is due: RTCP.</summary>
    public void HandleTimeout(Instant now)
    {
        _now = now;
        Media.HandleTimeout(now);
    }

    /// <inheritdoc/>
    public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        if (!_over) _out.Send(_now, datagram);
        return true;
    }

    /// <inheritdoc/>
    public void Push(in MediaEvent happened)
    {
        // Nobody watches: what matters is counted.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _over = true;
        Media.Close(_now);
        Playback.Close();
    }

    private void Begin(Instant now)
    {
        _now = now;
        Playback.Apply(Plan.Playback);
        Media.Apply(now, Plan);
        Media.Start(now);
    }

    // A packet leaves when its last sample is captured, and is played block by block: what is said of one block is meant for the
    // whole packet, or the figure would jump to and fro with the block's place in it.
    private (float Delay, float MouthToEar) Since(Instant now, uint rtpTime)
    {
        var frame = FrameAt(rtpTime);
        var sample = (int)(rtpTime - Media.Send.Source.TimestampBase) * 48000L / Plan.Send.ClockRate;
        var age = now.TotalMilliseconds - Clock.At(sample).TotalMilliseconds;
        var delay = age - ((frame + Math.Min(frame, PullSamples)) / 96.0);
        return ((float)delay, (float)(age + CodecDelay.Of(Plan.Facts.Codec)));
    }

    // Packets grow on a narrow way.
    private int FrameAt(uint rtpTime)
    {
        for (var i = _frames.Count - 1; i >= 0; i--)
        {
            if ((int)(rtpTime - _frames[i].From) >= 0) return _frames[i].Samples;
        }

        return Plan.Send.FrameSamples;
    }
}
