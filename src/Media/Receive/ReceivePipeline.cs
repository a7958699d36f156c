// SPDX-License-Identifier: MIT
using Earshot.Media.Send;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol;
using Earshot.Protocol.Rtp;
using Earshot.Protocol.Srtp;

namespace Earshot.Media.Receive;

/// <summary>From datagrams to decrypted packets of the peer, on their way to playback.</summary>
/// <remarks>
/// <code>
///   datagram ─► PacketKind ─┬ RTP  ─► SRTP in place ─► header ─► Latching ─► known type? ─► SlotRing to playback
///                           ├ RTCP ─► SRTCP in place ─► RtcpReporter
///                           ├ DTLS ─► DtlsLink
///                           └ STUN, rubbish: counted
/// </code>
/// Thread: worker. Real-time: no allocation.
/// </remarks>
internal sealed class ReceivePipeline(
    Latching latching, PacketTransmitter transmitter, SilenceWatch silence, RtcpReporter rtcp, SlotRing<ReceivedPacket> toPlayback, IEventSink events, OutgoingSource own,
    AgreedKeys agreed, DtlsLink? dtls)
{
    private static readonly TimeSpan RefusalPause = TimeSpan.FromSeconds(10);

    // Longer than the packets of the old key are on their way.
    private static readonly TimeSpan KeyOverlap = TimeSpan.FromSeconds(1);

    private readonly RedundancyUnpacker _unpacker = new(toPlayback);
    private TransportPlan? _transport;
    private SrtpContext? _replaced;
    private Instant _replacedAt;
    private ReceivePlan? _plan;
    private Instant _refusalToldAt = Instant.Never;
    private KeyTracker _keys;
    private bool _heard;
    private bool _started;

    /// <summary>RTP packets of the peer.</summary>
    public long Packets { get; private set; }

    /// <summary>Their payload bytes.</summary>
    public long PayloadBytes { get; private set; }

    /// <summary>Packets that failed authentication, were replayed, or came in clear in an encrypted call.</summary>
    public long SecurityRefusals { get; private set; }

    /// <summary>STUN, DTLS that nobody asked for and rubbish, headers that are broken, our own packets looped back, and packets before anything, or any key, was agreed.</summary>
    public long OtherDatagrams { get; private set; }

    /// <summary>RTCP of the peer.</summary>
    public long ControlPackets { get; private set; }

    /// <summary>Those of <see cref="Packets"/> that nobody can play: a payload type that was not agreed, or redundant audio that is none.</summary>
    public long UnknownPackets { get; private set; }

    /// <summary>Packets that playback left no room for.</summary>
    public long RingOverruns => _unpacker.Overruns;

    /// <summary>Takes a new agreement.</summary>
    public void Apply(Instant now, TransportPlan transport, ReceivePlan plan)
    {
        if (_transport?.Inbound != transport.Inbound)
            (_replaced, _replacedAt) = (transport.IsEncrypted ? _transport?.Inbound : null, now);
        _transport = transport;
        _plan = plan;
        latching.SetSignalled(transport.Peer, transport.IsEncrypted);
        if (!transport.ByIce)
            transmitter.Target = latching.Target;
        silence.Watch(now, ExpectsMedia);
    }

    /// <summary>Keys came: from now on a silent peer is news.</summary>
    public void HandleKeys(Instant now) => silence.Watch(now, ExpectsMedia);

    /// <summary>ICE found a way, or lost it: while there is none a silent peer is no news.</summary>
    public void HandlePath(Instant now) => silence.Watch(now, ExpectsMedia);

    /// <summary>The call is up: from now on a silent peer is news.</summary>
    public void Start(Instant now)
    {
        _started = true;
        silence.Watch(now, ExpectsMedia);
    }

    /// <summary>Receives nothing any more.</summary>
    public void Close(Instant now)
    {
        _plan = null;
        _replaced = null;
        silence.Watch(now, false);
    }

    /// <summary>One datagram, decrypted in place.</summary>
    public void HandleDatagram(Instant now, Instant arrival, in PeerAddress from, Span<byte> datagram)
    {
        var kind = PacketKinds.Classify(datagram);
        if (kind == PacketKind.Dtls)
        {
            HandleDtls(in from, datagram);
            return;
        }

        if (_plan is not { } plan || _transport is not { } transport)
        {
            OtherDatagrams++;
            return;
        }

        switch (kind)
        {
            case PacketKind.Rtp:
                HandleRtp(now, arrival, in from, datagram, plan, transport);
                break;
            case PacketKind.Rtcp:
                HandleRtcp(now, arrival, in from, datagram, transport);
                break;
            default:
                OtherDatagrams++;
                break;
        }
    }

    /// <summary>Looks whether the peer has fallen silent.</summary>
    public void HandleTimeout(Instant now)
    {
        if (silence.HandleTimeout(now) == SilenceChange.Silent)
            events.Push(new(MediaEventKind.Silence, now, Since: silence.Since));
    }

    private void HandleRtp(Instant now, Instant arrival, in PeerAddress from, Span<byte> datagram, ReceivePlan plan, TransportPlan transport)
    {
        if (!TryOpenRtp(now, datagram, transport, out int length))
        {
            Refuse(now, transport);
            return;
        }

        if (!RtpPacket.TryParse(datagram[..length], out var packet) || own.IsOurs(packet.Ssrc))
        {
            OtherDatagrams++; // our own packets, looped back, too (RFC 3550 §8.2)
            return;
        }

        // What was not agreed is not played, but from the peer it is a packet like any: it arrived, and its sender lives (RFC 3550 App. A.1).
        bool known = plan.IsSound(packet.PayloadType) || packet.PayloadType == plan.DtmfPayloadType;
        if (!known && !transport.IsEncrypted && !latching.IsExpected(in from, packet.Ssrc))
        {
            latching.Refuse();
            return;
        }

        if (!IsPeer(now, in from, packet.Ssrc, packet.Sequence))
            return;
        Packets++;
        UnknownPackets += known ? 0 : 1;
        PayloadBytes += packet.Payload.Length;
        rtcp.HandleRtp(arrival, in packet);
        NoteHeard(now);
        if (packet.PayloadType == plan.DtmfPayloadType)
            HandleKey(now, arrival, in packet, plan);
        else if (known && plan.Receives)
            HandSound(in packet, plan, arrival);
    }

    private bool IsPeer(Instant now, in PeerAddress from, uint ssrc, ushort sequence)
    {
        uint? before = latching.Ssrc;
        var verdict = latching.HandlePacket(now, in from, ssrc, sequence);
        if (verdict == SourceVerdict.Stranger)
            return false;
        if (verdict == SourceVerdict.Peer)
            return true;
        if (verdict == SourceVerdict.PeerMoved)
        {
            transmitter.Target = latching.Target;
            events.Push(new(MediaEventKind.RemoteAddressChanged, now));
        }

        if (before != ssrc)
            _keys.Reset();
        return true;
    }

    private void HandSound(in RtpPacket packet, ReceivePlan plan, Instant arrival)
    {
        long overruns = RingOverruns;
        if (packet.PayloadType != plan.RedundancyPayloadType)
            _unpacker.HandOver(in packet, arrival);
        else if (!_unpacker.TryUnpack(in packet, plan, arrival))
            UnknownPackets++;
        if (RingOverruns > overruns)
            rtcp.HandleOverrun(packet.Ssrc, packet.Sequence);
    }

    private void HandleKey(Instant now, Instant arrival, in RtpPacket packet, ReceivePlan plan)
    {
        if (plan.Receives)
            _unpacker.HandOverKey(in packet, arrival);
        if (!TelephoneEvent.TryParse(packet.Payload, out var key) || DtmfSender.KeyOf(key.Event) is '\0')
            return;
        if (_keys.HandleEvent(in key, packet.Sequence, packet.Timestamp, packet.Marker, plan.ClockRate))
            events.Push(new(MediaEventKind.DtmfReceived, now, DtmfSender.KeyOf(key.Event)));
    }

    private void HandleRtcp(Instant now, Instant arrival, in PeerAddress from, Span<byte> datagram, TransportPlan transport)
    {
        if (!transport.CarriesRtcp)
        {
            OtherDatagrams++;
            return;
        }

        if (!TryOpenRtcp(now, datagram, transport, out int length))
        {
            Refuse(now, transport);
            return;
        }

        if (!transport.IsEncrypted && !from.SameHost(latching.Target))
        {
            OtherDatagrams++;
            return;
        }

        if (!rtcp.HandleRtcp(now, arrival, datagram[..length], latching.Ssrc))
        {
            OtherDatagrams++;
            return;
        }

        ControlPackets++;
        NoteHeard(now);
    }

    /// <summary>The peer should be heard now.</summary>
    public bool ExpectsMedia => _started && _plan is { ExpectsMedia: true } && (_transport is not { ByDtls: true } || agreed.Outbound is not null)
        && (_transport is not { ByIce: true } || !transmitter.Target.IsNone);

    // RTCP that is not multiplexed would have an association of its own, which nobody here takes part in.
    private void HandleDtls(in PeerAddress from, Span<byte> datagram)
    {
        if (dtls is null || (_transport is { CarriesRtcp: false } transport && from == transport.Rtcp))
            OtherDatagrams++;
        else
            dtls.HandleDatagram(in from, datagram);
    }

    private bool TryOpenRtp(Instant now, Span<byte> datagram, TransportPlan transport, out int length)
    {
        length = datagram.Length;
        if (transport.ByDtls)
            return agreed.Inbound.TryUnprotectRtp(now, datagram, out length);
        return transport.Inbound is not { } srtp || srtp.TryUnprotectRtp(datagram, out length)
            || ReplacedAt(now)?.TryUnprotectRtp(datagram, out length) is true;
    }

    private bool TryOpenRtcp(Instant now, Span<byte> datagram, TransportPlan transport, out int length)
    {
        length = datagram.Length;
        if (transport.ByDtls)
            return agreed.Inbound.TryUnprotectRtcp(now, datagram, out length);
        return transport.Inbound is not { } srtp || srtp.TryUnprotectRtcp(datagram, out length)
            || ReplacedAt(now)?.TryUnprotectRtcp(datagram, out length) is true;
    }

    private SrtpContext? ReplacedAt(Instant now)
    {
        if (_replaced is not null && now - _replacedAt > KeyOverlap)
            _replaced = null;
        return _replaced;
    }

    private void NoteHeard(Instant now)
    {
        if (silence.HandlePacket(now) == SilenceChange.Resumed)
            events.Push(new(MediaEventKind.Resumed, now));
        if (_heard)
            return;
        _heard = true;
        events.Push(new(MediaEventKind.FirstPacketReceived, now));
    }

    private void Refuse(Instant now, TransportPlan transport)
    {
        // The peer may have its keys half a round trip before us: what comes before ours is no attack.
        if (transport.ByDtls && agreed.Outbound is null)
        {
            OtherDatagrams++;
            return;
        }

        SecurityRefusals++;
        if (_refusalToldAt != Instant.Never && now - _refusalToldAt < RefusalPause)
            return;
        _refusalToldAt = now;
        events.Push(new(MediaEventKind.SecurityRefusal, now));
    }
}
