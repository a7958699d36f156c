// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Media.Receive;
using Earshot.Media.Send;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Dtls;
using Earshot.Media.Transport.Ice;
using Earshot.Protocol;
using Earshot.Protocol.Srtp;

namespace Earshot.Media;

/// <summary>The worker's half of a session: wires sending, receiving, RTCP and a clocked end together, and is told the time.</summary>
/// <remarks>Thread: the worker that owns the call, once attached. Real-time. No socket, no clock: a test hands it datagrams and instants.</remarks>
internal sealed class CallMedia
{
    /// <summary>The socket of RTCP that is not multiplexed, as <see cref="HandleDatagram(Instant, Instant, int, in PeerAddress, Span{byte})"/> names it.</summary>
    public const int RtcpSocket = -1;

    private static readonly TimeSpan ProbeAfter = TimeSpan.FromMilliseconds(500);

    private readonly PacketTransmitter _transmitter;
    private readonly AgreedKeys _agreed = AgreedKeys.None(); // erased by Close
    private readonly DtlsLink? _dtls;
    private readonly IceLink? _ice;
    private readonly Func<PeerAddress, bool> _isPeer = static _ => false;
    private readonly IEventSink _events;
    private readonly List<SrtpContext> _outbound = [];
    private readonly List<SrtpContext> _inbound = [];
    private IClockedEnd? _end;
    private Instant _heardAt = Instant.Zero;
    private Instant _probedAt = Instant.Zero;
    private TransportPlan? _transport;
    private SendPlan? _sendPlan;
    private bool _closed;

    /// <summary>Wires the parts.</summary>
    public CallMedia(CallMediaParts parts)
    {
        _ice = parts.Ice;
        _transmitter = new PacketTransmitter(_ice ?? parts.RtpSender, parts.RtcpSender, parts.Local, parts.Capture, _agreed) { IsCapturedBehind = _ice is not null };
        _events = parts.Events;
        _dtls = parts.ByDtls ? new DtlsLink(SenderOfDtls(parts)) : null;
        if (_ice is { } ice)
            (ice.PathChanged, ice.Received, _isPeer) = (HandlePath, Take, ice.IsPeer);
        Latching = new Latching();
        Silence = new SilenceWatch(parts.SilenceTimeout);
        Send = new SendPipeline(parts.CaptureQueue, _transmitter, parts.Random);
        Rtcp = new RtcpReporter(Send, _transmitter, parts.Random, CanonicalName(parts.Random), parts.Clock, parts.Events, parts.Playback);
        Receive = new ReceivePipeline(Latching, _transmitter, Silence, Rtcp, parts.ToPlayback, parts.Events, Send.Source, _agreed, _dtls);
    }

    /// <summary>Who the peer is.</summary>
    public Latching Latching { get; }

    /// <summary>Packets of strangers.</summary>
    public long Strangers => Latching.Strangers + (_ice?.Strangers ?? 0);

    /// <summary>Whether the peer is heard.</summary>
    public SilenceWatch Silence { get; }

    /// <summary>Towards the peer.</summary>
    public SendPipeline Send { get; }

    /// <summary>From the peer.</summary>
    public ReceivePipeline Receive { get; }

    /// <summary>Reports both ways.</summary>
    public RtcpReporter Rtcp { get; }

    /// <summary>Takes a new agreement.</summary>
    /// <param name="now">Now.</param>
    /// <param name="plan">It.</param>
    /// <param name="isFinal">False for that of an early answer.</param>
    public void Apply(Instant now, MediaPlan plan, bool isFinal = true)
    {
        if (_closed)
        {
            Discard(plan);
            return;
        }

        bool isOtherKey = _transport is { } before && before.Outbound != plan.Transport.Outbound;
        bool newSource = Send.NeedsNewSource(plan.Send, isOtherKey);
        UseTransport(plan.Transport);
        _ice?.Apply(now, plan.Ice, isFinal, plan.Transport.Rtp);
        Receive.Apply(now, plan.Transport, plan.Receive);
        if (newSource)
            Rtcp.HandleSourceChange(now);
        Send.Apply(plan.Send, newSource);
        _sendPlan = plan.Send;
        Rtcp.Apply(plan);
    }

    /// <summary>The association that the last agreement speaks of; the same one again changes nothing.</summary>
    public void UseAssociation(DtlsSession association)
    {
        if (_closed || _dtls is null || _transport is not { } transport)
            return;
        if (!transport.ByIce)
            _dtls.Guard.UseSignalled(transport.Rtp);
        else if (_ice is { } ice)
            _dtls.Guard.UseValidated(_isPeer, ice.Target);
        _dtls.Use(association);
    }

    /// <summary>A datagram of an association waits. After the end, too: its goodbye.</summary>
    public void TransmitDtls() => _dtls?.Transmit();

    /// <summary>A handshake has proven the peer: media flows under these keys, and those before open for two seconds more.</summary>
    public void UseKeys(Instant now, DtlsContexts contexts)
    {
        if (_closed)
        {
            contexts.Outbound.Dispose();
            contexts.Inbound.Dispose();
            return;
        }

        bool isOtherKey = _agreed.Outbound is not null;
        if (!_agreed.Take(now, contexts))
            return;
        if (_sendPlan is { } plan && Send.NeedsNewSource(plan, isOtherKey))
        {
            Rtcp.HandleSourceChange(now);
            Send.Apply(plan, newSource: true);
        }

        Receive.HandleKeys(now);
        _events.Push(new(MediaEventKind.KeysAgreed, now));
    }

    /// <summary>No keys will come.</summary>
    public void HandleKeysFailed(Instant now)
    {
        if (!_closed)
            _events.Push(new(MediaEventKind.KeysFailed, now));
    }

    /// <summary>Lets packets out.</summary>
    public void Start(Instant now)
    {
        if (_closed)
            return;
        Send.Start();
        Receive.Start(now);
        Rtcp.Start(now);
    }

    /// <summary>Drives an end that has no sound card.</summary>
    public void AttachEnd(IClockedEnd end) => _end = end;

    /// <summary>Says goodbye and ends for good.</summary>
    public void Close(Instant now)
    {
        if (_closed)
            return;
        _closed = true;
        _end = null;
        Rtcp.Close(now);
        Send.Close();
        Receive.Close(now);
        _transport = null;
        _transmitter.Apply(null);
        _ice?.Close(now);
        _agreed.Dispose();
        foreach (var context in _outbound)
            context.Dispose();
        foreach (var context in _inbound)
            context.Dispose();
    }

    /// <summary>One datagram at the first socket, decrypted in place.</summary>
    public void HandleDatagram(Instant now, Instant arrival, in PeerAddress from, Span<byte> datagram) => HandleDatagram(now, arrival, 0, in from, datagram);

    /// <summary>One datagram, decrypted in place.</summary>
    /// <param name="now">Now.</param>
    /// <param name="arrival">When it came.</param>
    /// <param name="socket">Which socket of <see cref="CallMediaParts.Ice"/>, or <see cref="RtcpSocket"/>.</param>
    /// <param name="from">Its sender.</param>
    /// <param name="datagram">Its bytes.</param>
    public void HandleDatagram(Instant now, Instant arrival, int socket, in PeerAddress from, Span<byte> datagram)
    {
        if (_closed)
            return;
        if (_ice is null || (socket == RtcpSocket && !_ice.IsActive))
        {
            Receive.HandleDatagram(now, arrival, in from, datagram);
            return;
        }

        if (socket == RtcpSocket && IsReport(in from, datagram))
        {
            Receive.HandleDatagram(now, arrival, PeerAddress.ByIce, datagram);
            return;
        }

        var source = _ice.HandleDatagram(now, socket, in from, datagram, out var peer, out var payload);
        Take(now, arrival, source, in peer, datagram[payload]);
    }

    /// <summary>Captured frames wait.</summary>
    public void HandleCapture(Instant now)
    {
        if (_closed)
            return;
        Send.HandleCapture(now);
        Rtcp.HandleSent(now);
    }

    /// <summary>Does what is due.</summary>
    public void HandleTimeout(Instant now)
    {
        if (_end is { } end && end.PollTimeout() <= now)
        {
            end.HandleTimeout(now);
            HandleCapture(now);
        }

        if (_ice is { } ice && ice.PollTimeout() <= now)
            ice.HandleTimeout(now);
        if (ProbeAt() <= now)
        {
            _probedAt = now;
            _ice!.Probe(now);
        }

        Rtcp.HandleTimeout(now);
        Receive.HandleTimeout(now);
    }

    /// <summary>When something is due next.</summary>
    public Instant PollTimeout()
    {
        var next = Instant.Min(Rtcp.PollTimeout(), Silence.PollTimeout());
        if (_ice is { } ice)
            next = Instant.Min(Instant.Min(next, ice.PollTimeout()), ProbeAt());
        return _end is { } end ? Instant.Min(next, end.PollTimeout()) : next;
    }

    // Media that stops may only pause (DTX says something each 400 ms), or its path is gone: a question costs two packets, a second of silence is heard.
    private Instant ProbeAt() => _ice is { IsActive: true, HasPath: true } && Receive.ExpectsMedia ? Later(_heardAt, _probedAt) + ProbeAfter : Instant.Never;

    private static Instant Later(Instant one, Instant other) => one > other ? one : other;

    private void Take(Instant now, Instant arrival, IceSource source, in PeerAddress peer, Span<byte> packet)
    {
        if (_closed)
            return;
        switch (source)
        {
            case IceSource.Plain:
                Receive.HandleDatagram(now, arrival, in peer, packet);
                break;
            case IceSource.Peer:
                _heardAt = now;
                Receive.HandleDatagram(now, arrival, PacketKinds.Classify(packet) == PacketKind.Dtls ? peer : PeerAddress.ByIce, packet);
                break;
            // The peer may have found a pair half a round trip before us, and its ClientHello waits a second to be said again.
            case IceSource.Stranger when PacketKinds.Classify(packet) == PacketKind.Dtls:
                _dtls?.HandleDatagram(in peer, packet);
                break;
            default:
                break;
        }
    }

    // Beside a pair of ICE's no check has proven who sends: keys do, or the host that the pair leads to (RFC 3550 §11). Nothing else is taken there.
    private bool IsReport(in PeerAddress from, ReadOnlySpan<byte> datagram) =>
        _transport is { RtcpMux: false, CarriesRtcp: true } transport && PacketKinds.Classify(datagram) == PacketKind.Rtcp
        && (transport.IsEncrypted || from.SameHost(_ice!.Target));

    private void HandlePath(Instant now)
    {
        if (_closed || _ice is not { IsActive: true } ice)
            return;
        _heardAt = now;
        _transmitter.Target = ice.Target;
        if (_dtls is { } dtls)
        {
            dtls.Guard.UseValidated(_isPeer, ice.Target);
            dtls.HandlePath();
        }

        Receive.HandlePath(now);
    }

    private static IDatagramSender SenderOfDtls(CallMediaParts parts) =>
        parts.Ice is { } ice ? ice : parts.Capture is { } capture ? new CapturedSender(parts.RtpSender, parts.Local, capture) : parts.RtpSender;

    // Ours live until the end: a key is drawn once for a suite, and a call that comes back to the suite goes on behind the last index.
    // The peer's live while the plan names them, and the one just replaced opens what is still on its way.
    private void UseTransport(TransportPlan transport)
    {
        var before = _transport?.Inbound;
        _transport = transport;
        _transmitter.Apply(transport);
        if (transport.Outbound is { } outbound && !_outbound.Contains(outbound))
            _outbound.Add(outbound);
        if (transport.Inbound is { } inbound && inbound != before)
            TakeInbound(inbound, before);
        for (int i = _inbound.Count - 1; i >= 0; i--)
        {
            if (_inbound[i] == transport.Inbound || _inbound[i] == before || transport.Kept.Contains(_inbound[i]))
                continue;
            _inbound[i].Dispose();
            _inbound.RemoveAt(i);
        }
    }

    private void TakeInbound(SrtpContext inbound, SrtpContext? before)
    {
        if (!_inbound.Contains(inbound))
            _inbound.Add(inbound);
        if (before is not null)
            inbound.Follow(before);
    }

    // Agreed while the call ended: nobody else frees what was made for it.
    private static void Discard(MediaPlan plan)
    {
        plan.Send.Encoder.Dispose();
        plan.Transport.Outbound?.Dispose();
        plan.Transport.Inbound?.Dispose();
        foreach (var context in plan.Transport.Kept)
            context.Dispose();
    }

    // Random, short-lived and the same for all streams of the call (RFC 7022 §4.2): 96 bits in base64.
    private static byte[] CanonicalName(IRandomSource random)
    {
        Span<byte> name = stackalloc byte[12];
        random.Fill(name);
        return Encoding.ASCII.GetBytes(Convert.ToBase64String(name));
    }
}
