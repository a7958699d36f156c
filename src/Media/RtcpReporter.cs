// SPDX-License-Identifier: MIT
using Earshot.Media.Send;
using Earshot.Media.Transport;
using Earshot.Protocol;
using Earshot.Protocol.Rtcp;
using Earshot.Protocol.Rtp;

namespace Earshot.Media;

/// <summary>Reports to the peer on what comes, and reads its reports on what we send (RFC 3550 §6).</summary>
/// <remarks>Thread: worker; the figures may be read from any. Real-time: no allocation.</remarks>
internal sealed class RtcpReporter(
    SendPipeline send, PacketTransmitter transmitter, IRandomSource random, ReadOnlyMemory<byte> canonicalName, NtpClock clock, IEventSink events)
{
    private readonly RtcpScheduler _schedule = new(random);
    private readonly ReceptionStatistics _reception = new(48000, minimumSequential: 0);
    private readonly byte[] _packet = new byte[UdpPort.MaximumDatagram];
    private long _packetsReported;
    private int _sendClockRate = 48000;
    private bool _byeTold;

    /// <summary>Packets that never came (App. A.3).</summary>
    public long PacketsLost => _reception.Source?.Lost ?? 0;

    /// <summary>Interarrival jitter (App. A.8).</summary>
    public double JitterMilliseconds => _reception.JitterMilliseconds;

    /// <summary>Round trip by the peer's last report about us; null while unknown.</summary>
    public TimeSpan? RoundTrip { get; private set; }

    /// <summary>Loss of what we send, 0 to 1, by the peer's last report; null while unknown.</summary>
    public double? RemoteFractionLost { get; private set; }

    /// <summary>Takes the clock rates of a new agreement.</summary>
    public void Apply(int receiveClockRate, int sendClockRate)
    {
        _reception.SetClockRate(receiveClockRate);
        _sendClockRate = sendClockRate;
    }

    /// <summary>Begins to report.</summary>
    public void Start(Instant now) => _schedule.Start(now);

    /// <summary>A packet of the peer's sound.</summary>
    public void HandleRtp(Instant arrival, in RtpPacket packet) => _reception.HandlePacket(arrival, in packet);

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
                HandleReport(arrival, in block);
            if (peer is { } ssrc && part.IsByeFor(ssrc))
                HandleBye(now);
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

    private void Report(Instant now, bool goodbye)
    {
        var writer = new RtcpWriter(_packet.AsSpan(0, PacketTransmitter.MaximumPayload));
        if (send.Packets > _packetsReported)
            writer.WriteSenderReport(send.Ssrc, SenderInfoAt(now));
        else
            writer.WriteReceiverReport(send.Ssrc);
        _packetsReported = send.Packets;
        if (_reception.TryTakeReport(now, out var block))
            writer.AddBlock(in block);
        writer.WriteCname(send.Ssrc, canonicalName.Span);
        if (goodbye)
            writer.WriteBye(send.Ssrc);
        transmitter.SendRtcp(now, _packet, writer.Length);
    }

    // The time stamp of now on the line of the last frame (§6.4.1): receivers align streams by this pair.
    private SenderInfo SenderInfoAt(Instant now)
    {
        var (timestamp, at) = send.LastFrame;
        long since = (now.Nanoseconds - at.Nanoseconds) * _sendClockRate / 1_000_000_000;
        return new(clock.ToNtp(now), timestamp + (uint)since, (uint)send.Packets, (uint)send.PayloadBytes);
    }

    private void HandleReport(Instant arrival, in ReportBlock block)
    {
        RemoteFractionLost = block.FractionLost / 256.0;
        if (clock.TryRoundTrip(arrival, in block, out var roundTrip))
            RoundTrip = roundTrip;
    }

    private void HandleBye(Instant now)
    {
        if (_byeTold)
            return;
        _byeTold = true;
        events.Push(new(MediaEventKind.RemoteRtcpBye, now));
    }
}
