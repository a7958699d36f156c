// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;
using Earshot.Media.Diagnostics;
using Earshot.Media.Transport;
using Earshot.Protocol;
using Earshot.Protocol.Rtcp;
using Earshot.Protocol.Rtp;

namespace Earshot.Media.Send;

/// <summary>From captured frames to packets on the wire.</summary>
/// <remarks>
/// <code>
///   CaptureQueue ─► CaptureFramer ─► encoder ─► RTP in place ─► SRTP in place ─► one send
///                                  ├ RedundancyWriter before it
///                                  └ DtmfSender in its place
/// </code>
/// Thread: worker. Real-time: no allocation.
/// </remarks>
internal sealed class SendPipeline
{
    private readonly CaptureFramer _framer;
    private readonly PacketTransmitter _transmitter;
    private readonly DtmfSender _dtmf = new();
    private readonly RedundancyWriter _redundancy = new();
    private readonly SendAdaptation _adaptation = new();
    private readonly byte[] _packet = new byte[UdpPort.MaximumDatagram];
    private readonly OutgoingSource _source;
    private readonly SentTimes _sentTimes = new();
    private SendPlan? _plan;
    private bool _talking;
    private bool _started;

    /// <summary>A pipeline that sends nothing yet.</summary>
    public SendPipeline(CaptureQueue queue, PacketTransmitter transmitter, IRandomSource random)
    {
        _framer = new CaptureFramer(queue);
        _transmitter = transmitter;
        _source = new OutgoingSource(random);
        _source.Renew();
    }

    /// <summary>Our stream's source.</summary>
    public OutgoingSource Source => _source;

    /// <summary>Our stream's SSRC.</summary>
    public uint Ssrc => _source.Ssrc;

    /// <summary>RTP packets sent, under all our SSRCs.</summary>
    public long Packets { get; private set; }

    /// <summary>Their payload bytes.</summary>
    public long PayloadBytes { get; private set; }

    /// <summary>Of these: packets that repeat earlier frames (RFC 2198).</summary>
    public long RedundantPackets => _redundancy.Packets;

    /// <summary>Which earlier frames packets repeat, when the peer takes redundant audio.</summary>
    public RedundancyDistances Distances { get; set; }

    /// <summary>How the network lets us send; the default while it is not asked.</summary>
    public SendSettings Settings => _adaptation.Settings;

    /// <summary>Frames that the encoder refused.</summary>
    public long EncoderFailures { get; private set; }

    /// <summary>Smoothed age of a frame's last sample when it is encoded, milliseconds.</summary>
    public double CaptureAgeMs { get; private set; }

    /// <summary>RTP time stamp of the last frame, and when its first sample was captured: what a sender report pairs.</summary>
    public (uint Timestamp, Instant At) LastFrame { get; private set; }

    /// <summary>Samples of it at 48 kHz.</summary>
    public int LastFrameSamples { get; private set; }

    /// <summary>Level of what was sent.</summary>
    public LevelMeter Level { get; } = new();

    /// <summary>Silence is sent instead of the microphone. Set by any thread.</summary>
    public bool Mute
    {
        get => Volatile.Read(ref _mute);
        set => Volatile.Write(ref _mute, value);
    }

    private bool _mute;

    /// <summary>True when an agreement asks for another SSRC: it has another clock (RFC 7160 §4.1) or another key than what was sent so far.</summary>
    /// <remarks>Under another key a new source has a rollover counter of 0 by every standard; of one that goes on peers disagree.</remarks>
    public bool NeedsNewSource(SendPlan plan, bool isOtherKey) =>
        _plan is { } before && (isOtherKey || before.ClockRate != plan.ClockRate) && _source is { Packets: > 0, CanRenew: true };

    /// <summary>Takes a new agreement. The encoder that is no longer used is disposed.</summary>
    /// <param name="plan">The agreement.</param>
    /// <param name="newSource">Goes on under another SSRC.</param>
    public void Apply(SendPlan plan, bool newSource)
    {
        if (newSource)
            RenewSource();
        var before = _plan;
        _plan = plan;
        if (before is not null && before.Encoder != plan.Encoder)
            before.Encoder.Dispose();
        if (before?.PayloadType != plan.PayloadType || before.Encoder != plan.Encoder)
            _redundancy.Reset();
        if (before?.FrameSamples != plan.FrameSamples)
            _framer.Restart(plan.FrameSamples);
        if (before?.Encoder != plan.Encoder || before.Limits != plan.Limits)
            BeginAdaptation(plan);
        _talking &= before?.PayloadType == plan.PayloadType && plan.Sends;
        if (plan.DtmfPayloadType < 0)
            _dtmf.Clear();
        if (!plan.Sends)
            _dtmf.Abandon();
    }

    /// <summary>Lets packets out.</summary>
    public void Start() => _started = true;

    /// <summary>Ends sending for good and frees the encoder.</summary>
    public void Close()
    {
        _plan?.Encoder.Dispose();
        _plan = null;
        _started = false;
    }

    /// <summary>Queues a key.</summary>
    public void SendDtmf(byte code, int milliseconds)
    {
        if (_plan is { DtmfPayloadType: >= 0 })
            _dtmf.Enqueue(code, milliseconds);
    }

    /// <summary>Sends every whole frame that waits.</summary>
    public void HandleCapture(Instant now)
    {
        while (_framer.TryTake(out var frame))
        {
            if (_plan is { } plan)
                HandleFrame(now, plan, frame);
        }
    }

    /// <summary>A report block about us.</summary>
    /// <param name="now">Now.</param>
    /// <param name="block">The block.</param>
    /// <param name="roundTrip">By this block; null when it tells none.</param>
    /// <param name="burstLength">Mean length of the runs of lost packets, where the peer tells it; 0 for unknown.</param>
    public void HandleReport(Instant now, in ReportBlock block, TimeSpan? roundTrip, double burstLength)
    {
        if (_plan is not { Limits: not null } plan)
            return;
        _adaptation.BurstLength = burstLength;
        if (_adaptation.HandleReport(now, in block, plan.ClockRate, roundTrip, _sentTimes))
            Use(plan, _adaptation.Settings);
    }

    private void BeginAdaptation(SendPlan plan)
    {
        if (plan.Limits is { } limits)
            _adaptation.Begin(limits);
        else
            _adaptation.End(plan.FrameSamples);
        Use(plan, _adaptation.Settings);
    }

    private void Use(SendPlan plan, in SendSettings settings)
    {
        Distances = settings.Distances;
        (plan.Encoder as IAdaptiveEncoder)?.Adapt(settings.Bitrate, settings.LossPercent);
        _framer.Change(settings.FrameSamples);
    }

    private void RenewSource()
    {
        _source.Renew();
        _sentTimes.Reset();
        _redundancy.Reset();
        _dtmf.Abandon();
        _talking = false;
        LastFrame = (_source.TimestampBase, LastFrame.At);
    }

    private void HandleFrame(Instant now, SendPlan plan, Span<short> frame)
    {
        uint timestamp = _source.TimestampBase + (uint)(_framer.Index * plan.ClockRate / 48000);
        LastFrame = (timestamp, new(_framer.CapturedAt));
        LastFrameSamples = frame.Length;
        double age = (now.Nanoseconds - _framer.CapturedAt - (frame.Length * 62_500L / 3)) / 1e6;
        CaptureAgeMs += (Math.Clamp(age, 0, 1000) - CaptureAgeMs) / 16;
        if (Mute)
            frame.Clear();
        Level.Measure(frame);
        if (!_started || !plan.Sends || !_transmitter.CanSend)
            _talking = false;
        else if (_dtmf.TryNext(timestamp, frame.Length, plan.DtmfClockRate, out var key))
            SendKey(now, plan, in key);
        else
            SendSound(now, plan, frame, timestamp);
    }

    private void SendSound(Instant now, SendPlan plan, ReadOnlySpan<short> frame, uint timestamp)
    {
        var payload = _packet.AsSpan(RtpPacket.HeaderSize, PacketTransmitter.MaximumPayload);
        if (!_talking)
            _redundancy.Reset();
        int ticks = (int)((long)frame.Length * plan.ClockRate / 48000);
        int before = plan.RedundancyPayloadType < 0 ? 0 : _redundancy.Begin(payload, plan.PayloadType, timestamp, ticks, Distances);
        int length = plan.Encoder.Encode(frame, payload[before..]);
        if (length <= 0)
        {
            // Nothing to say (DTX): the next packet begins a talk spurt (RFC 3551 §4.1).
            EncoderFailures += length < 0 ? 1 : 0;
            _talking = false;
            return;
        }

        if (plan.RedundancyPayloadType >= 0)
            _redundancy.Keep(timestamp, payload.Slice(before, length), before > 0);
        Transmit(now, before > 0 ? plan.RedundancyPayloadType : plan.PayloadType, marker: !_talking, timestamp, before + length);
        _talking = true;
    }

    private void SendKey(Instant now, SendPlan plan, in DtmfPacket key)
    {
        var payload = new TelephoneEvent(key.Event, key.IsEnd, Volume: 10, key.Duration);
        int length = payload.Write(_packet.AsSpan(RtpPacket.HeaderSize));
        Transmit(now, plan.DtmfPayloadType, key.IsStart, key.Timestamp, length);
        _talking = false;
    }

    private void Transmit(Instant now, int payloadType, bool marker, uint timestamp, int payloadLength)
    {
        ushort sequence = _source.NextSequence();
        RtpPacket.WriteHeader(_packet, (byte)payloadType, marker, sequence, timestamp, _source.Ssrc);
        if (!_transmitter.SendRtp(now, _packet, RtpPacket.HeaderSize + payloadLength))
            return;
        _source.Count(payloadLength);
        _sentTimes.Note(now, sequence);
        Packets++;
        PayloadBytes += payloadLength;
    }
}
