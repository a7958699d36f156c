// SPDX-License-Identifier: MIT
using Earshot.Media.Diagnostics;
using Earshot.Media.Receive;
using Earshot.Media.Send;
using Earshot.Media.Transport;
using Earshot.Protocol;
using Earshot.Protocol.Rtcp;
using Earshot.Protocol.Rtp;
using Earshot.Protocol.Sdp;

namespace Earshot.Media;

/// <summary>Reports to the peer on what comes, and reads its reports on what we send (RFC 3550 §6).</summary>
/// <remarks>Thread: worker; the figures may be read from any. Real-time: no allocation.</remarks>
internal sealed class RtcpReporter(
    SendPipeline send, PacketTransmitter transmitter, IRandomSource random, ReadOnlyMemory<byte> canonicalName, NtpClock clock, IEventSink events, PlaybackPipeline? playback = null)
{
    private readonly RtcpScheduler _schedule = new(random);
    private readonly ReceptionStatistics _reception = new(48000);
    private readonly int[] _clockRates = new int[128];
    private readonly byte[] _packet = new byte[UdpPort.MaximumDatagram];
    private double _frameMs = 20;
    private uint _packetsReported;
    private int _sendClockRate = 48000;
    private long _roundTripTicks = -1; // below zero: unknown; others read it while it is written
    private double _remoteFractionLost = -1;
    private uint? _byeOf;
    private (uint Ssrc, SenderInfo Info)? _departed;
    private (uint Ssrc, uint Time, Instant At)? _theirTime;
    private ExtendedReports _wished = ExtendedReports.Unasked;

    /// <summary>Packets that count for the reports, of the peer's present source.</summary>
    public long PacketsReceived => _reception.Source?.Received ?? 0;

    /// <summary>Packets that never came (App. A.3), of every source of the peer's so far.</summary>
    public long PacketsLost => _reception.LostInAll;

    /// <summary>Interarrival jitter (App. A.8).</summary>
    public double JitterMilliseconds => _reception.JitterMilliseconds;

    /// <summary>Round trip by the peer's last report about us; null while unknown.</summary>
    public TimeSpan? RoundTrip => Interlocked.Read(ref _roundTripTicks) is >= 0 and var ticks ? new(ticks) : null;

    /// <summary>Loss of what we send, 0 to 1, by the peer's last report; null while unknown.</summary>
    public double? RemoteFractionLost => Volatile.Read(ref _remoteFractionLost) is >= 0 and var share ? share : null;

    /// <summary>How much sound the peer puts into a packet.</summary>
    public PeerPacketTime PeerPacketTime { get; } = new();

    /// <summary>How it sounds, by extended reports both ways.</summary>
    public VoipReport Voip { get; } = new(send, playback);

    /// <summary>Takes a new agreement.</summary>
    public void Apply(MediaPlan plan)
    {
        _sendClockRate = plan.Send.ClockRate;
        _wished = plan.Reports;
        _schedule.Interval = plan.ReportInterval;
        _frameMs = plan.Facts.PacketTimeMs;
        Voip.Codec = EModelCodec.Of(plan.Facts.Codec);
        // Behind SRTP a stranger cannot send: the first packet is believed. In clear, two in a row (RFC 3550 App. A.1).
        _reception.MinimumSequential = plan.Transport.IsEncrypted ? 0 : 2;
        Array.Fill(_clockRates, plan.Receive.ClockRate);
        foreach (var (payloadType, decoder) in plan.Playback.Decoders)
            _clockRates[payloadType] = decoder.RtpClockRate;
        if (plan.Receive.RedundancyPayloadType >= 0)
            _clockRates[plan.Receive.RedundancyPayloadType] = plan.Receive.ClockRate;
        if (plan.Receive.DtmfPayloadType >= 0)
            _clockRates[plan.Receive.DtmfPayloadType] = ReceptionStatistics.NoClock;
    }

    /// <summary>We are about to go on under another SSRC, since clock or key change (RFC 7160 §4.1): the next report says so.</summary>
    public void HandleSourceChange(Instant now)
    {
        if (_departed is not null)
            Report(now, goodbye: false);
        _departed = (send.Ssrc, SenderInfoAt(now));
        _packetsReported = 0;
    }

    /// <summary>Begins to report.</summary>
    public void Start(Instant now) => _schedule.Start(now);

    /// <summary>Sound may have been sent.</summary>
    public void HandleSent(Instant now)
    {
        if (send.Source.Packets > 0)
            _schedule.HandleSent(now);
    }

    /// <summary>A packet of the peer's sound.</summary>
    public void HandleRtp(Instant arrival, in RtpPacket packet)
    {
        _reception.HandlePacket(arrival, in packet, _clockRates[packet.PayloadType]);
        _schedule.HandleHeard(arrival);
        int clockRate = _clockRates[packet.PayloadType];
        if (clockRate != ReceptionStatistics.NoClock)
            PeerPacketTime.HandlePacket(in packet, clockRate);
        Voip.HandlePacket(arrival, packet.Ssrc, packet.Sequence);
    }

    /// <summary>A packet of the peer's sound found no room on its way to playback.</summary>
    public void HandleOverrun(uint ssrc, ushort sequence) => Voip.HandleOverrun(ssrc, sequence);

    /// <summary>A compound packet, decrypted.</summary>
    /// <returns>False when it is none.</returns>
    public bool HandleRtcp(Instant now, Instant arrival, ReadOnlySpan<byte> bytes, uint? peer)
    {
        if (!RtcpCompound.TryParse(bytes, out var compound))
            return false;
        foreach (var part in compound)
        {
            if (part.TryGetSenderInfo(out var info))
                _reception.HandleSenderReport(arrival, part.Ssrc, info.Ntp);
            if (part.TryFindReport(send.Ssrc, out var block))
                HandleReport(now, arrival, in block);
            if (part.TryFindVoipMetrics(send.Ssrc, out var metrics))
                Voip.Handle(in metrics, RemoteFractionLost ?? 0);
            if (part.TryFindReceiverTime(out var time))
                _theirTime = (part.Ssrc, time.Middle, arrival);
            if (part.TryFindDelaySince(send.Ssrc, out var since) && clock.TryRoundTrip(arrival, in since, out var roundTrip))
                Interlocked.Exchange(ref _roundTripTicks, roundTrip.Ticks);
            if (peer is { } ssrc && part.IsByeFor(ssrc))
                HandleBye(now, ssrc);
        }

        return true;
    }

    /// <summary>Reports when it is time.</summary>
    public void HandleTimeout(Instant now)
    {
        if (_schedule.HandleTimeout(now))
            Report(now, goodbye: false);
    }

    /// <summary>When the next report is due.</summary>
    public Instant PollTimeout() => _schedule.Due;

    /// <summary>Says goodbye, when anything was ever said.</summary>
    public void Close(Instant now)
    {
        if (_schedule.Due != Instant.Never && send.Packets > 0)
            Report(now, goodbye: true);
        _schedule.Stop();
    }

    // | SR or RR of ours, block | SR of an SSRC left behind | SDES | XR | its BYE | BYE |: the first report is that of the present (RFC 7160 §4.1).
    private void Report(Instant now, bool goodbye)
    {
        var writer = new RtcpWriter(_packet.AsSpan(0, PacketTransmitter.MaximumPayload));
        bool sends = send.Source.Packets > _packetsReported;
        if (sends)
            writer.WriteSenderReport(send.Ssrc, SenderInfoAt(now));
        else
            writer.WriteReceiverReport(send.Ssrc);
        _packetsReported = send.Source.Packets;
        if (_reception.TryTakeReport(now, out var block))
            writer.AddBlock(in block);
        if (_departed is { } last)
            writer.WriteSenderReport(last.Ssrc, last.Info);
        writer.WriteCname(send.Ssrc, canonicalName.Span);
        AddExtendedReport(ref writer, now, sends);
        if (_departed is { } departed)
            writer.WriteBye(departed.Ssrc);
        _departed = null;
        if (goodbye)
            writer.WriteBye(send.Ssrc);
        transmitter.SendRtcp(now, _packet, writer.Length);
    }

    // | VoIP metrics on what comes | our time, when no sender report tells it | the answer to the peer's |: no packet at all without any.
    private void AddExtendedReport(ref RtcpWriter writer, Instant now, bool sends)
    {
        var source = _wished.VoipMetrics && _reception.Source is { IsValid: true } heard ? heard : null;
        bool tellsTime = _wished.ReceiverTime && !sends;
        var asked = Answers(sends) ? _theirTime : null;
        if ((source is null && !tellsTime && asked is null) || !writer.WriteExtendedReport(send.Ssrc))
            return;
        if (source is not null)
            writer.AddVoipMetrics(Voip.Make(source, RoundTrip, PeerPacketTime.Milliseconds ?? _frameMs));
        if (tellsTime)
            writer.AddReceiverTime(clock.ToNtp(now));
        if (asked is { } their)
            writer.AddDelaySince(new(their.Ssrc, their.Time, NtpTime.ToShort(now - their.At)));
        _theirTime = null;
    }

    private bool Answers(bool sends) => _wished.Answers switch
    {
        ReferenceAnswers.OfAll => true,
        ReferenceAnswers.OfSenders => sends,
        _ => false,
    };

    // The time stamp of now on the line of the last frame (§6.4.1): receivers align streams by this pair.
    private SenderInfo SenderInfoAt(Instant now)
    {
        var (timestamp, at) = send.LastFrame;
        long since = (long)((Int128)(now.Nanoseconds - at.Nanoseconds) * _sendClockRate / 1_000_000_000);
        return new(clock.ToNtp(now), timestamp + (uint)since, send.Source.Packets, send.Source.PayloadBytes);
    }

    private void HandleReport(Instant now, Instant arrival, in ReportBlock block)
    {
        Volatile.Write(ref _remoteFractionLost, block.FractionLost / 256.0);
        bool known = clock.TryRoundTrip(arrival, in block, out var roundTrip);
        if (known)
            Interlocked.Exchange(ref _roundTripTicks, roundTrip.Ticks);
        send.HandleReport(now, in block, known ? roundTrip : null, Voip.BurstLength);
    }

    // Once for a source: the peer, too, may leave one behind and go on under another.
    private void HandleBye(Instant now, uint ssrc)
    {
        if (_byeOf == ssrc)
            return;
        _byeOf = ssrc;
        events.Push(new(MediaEventKind.RemoteRtcpBye, now));
    }
}
