// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Audio.Ends;
using Earshot.Media.Receive;
using Earshot.Media.Send;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol;
using Earshot.Protocol.Rtcp;
using Earshot.Protocol.Sdp;

namespace Earshot.Media;

/// <summary>The media of one call, between a sound card's end and a socket.</summary>
/// <remarks>
/// <code>
///   [control]   MediaNegotiator ── MediaPlan ──┬───────────────────────────┐
///   [capture]   Capture ─► CaptureQueue ─► [worker] CallMedia ─► socket    │
///   [playback]  Play ◄─ PlaybackPipeline ◄─ SlotRing ◄─ [worker] ◄─ socket ┘
///   [dtls]      handshake ── keys ─► [worker]
///   [housekeeping]  events ─► OnEvent
/// </code>
/// Thread: negotiation and control from one thread at a time (the signalling loop); <see cref="Capture"/> on capture,
/// <see cref="Play"/> on playback; <see cref="GetStatistics"/> and <see cref="Facts"/> from any.
/// </remarks>
internal sealed partial class MediaSession : IVoice, IDisposable
{
    // ICE says that there is no way after 39.5 s (RFC 8863); its verdict comes first, and a way that it finds last has the usual time for a handshake.
    private static readonly TimeSpan WhileIceLooks = TimeSpan.FromSeconds(60);

    private readonly MediaEngine _engine;
    private readonly MediaWorker _worker;
    private readonly MediaNegotiator _negotiator;
    private readonly CaptureQueue _captured = new();
    private readonly SlotRing<ReceivedPacket> _toPlayback = new(64, static () => new ReceivedPacket());
    private readonly PlaybackPipeline _playback;
    private readonly MediaEventQueue _events;
    private readonly StatisticsCollector _statistics = new();
    private CallMedia? _media;
    private DtlsAssociations? _associations;
    private SessionSockets? _sockets;
    private SessionIce? _ice;
    private SessionNetwork? _network;
    private MediaFacts? _facts;
    private IPAddress _towards = IPAddress.Loopback;
    private int _frameSamples = 960;
    private bool _started;
    private bool _stopped;
    private bool _disposed;
    private volatile bool _drivenByWorker;
    private bool _mute;

    internal MediaSession(MediaEngine engine, MediaWorker worker, MediaSessionOptions options)
    {
        CodecOffers.Check(options);
        if (options.Security == MediaSecurityPolicy.Dtls && options.Identity is null)
            throw new ArgumentException("keys by DTLS need an identity", nameof(options));
        _engine = engine;
        _worker = worker;
        Options = options;
        _negotiator = new MediaNegotiator(options, engine.Options.Random, engine.Options.Codecs);
        _playback = new PlaybackPipeline(_toPlayback);
        _events = new MediaEventQueue(engine.Housekeeper.Wake);
    }

    /// <summary>As given.</summary>
    public MediaSessionOptions Options { get; }

    /// <summary>What is agreed now; null before the first answer.</summary>
    public MediaFacts? Facts => Volatile.Read(ref _facts) is { } facts ? WithKeys(_ice is { } ice ? ice.Complete(facts) : facts) : null;

    /// <summary>Something is agreed, and its keys or the way to the peer are not there: nothing is sent or played until they are.</summary>
    public bool AwaitsKeys => _associations is { IsAwaited: true } || AwaitsPath;

    /// <summary>Why no keys could be agreed; null while they may be, or are.</summary>
    public DtlsOutcome? KeyFailure => _associations?.Failure;

    /// <summary>The SSRC of what we send; null before the sockets are open.</summary>
    public uint? Ssrc => _media?.Send.Ssrc;

    /// <summary>Silence is sent instead of the microphone.</summary>
    public bool Mute
    {
        get => _mute;
        set
        {
            _mute = value;
            if (_media is { } media)
                media.Send.Mute = value;
        }
    }

    /// <summary>From <see cref="Play"/> to the converter, as the end knows it; part of the mouth-to-ear figure.</summary>
    public TimeSpan PlaybackLatency
    {
        get => _playback.OutputLatency;
        set => _playback.OutputLatency = value;
    }

    /// <summary>Opens the sockets if need be and writes the first offer.</summary>
    /// <param name="towardsPeer">Where the peer (or its proxy) is: the offer carries the address that the kernel routes towards it.</param>
    /// <exception cref="MediaTransportException">No port is free in the range, or the address cannot be bound; the message names it.</exception>
    public ReadOnlyMemory<byte> CreateOffer(IPAddress towardsPeer)
    {
        Open(towardsPeer, isOfferer: true);
        _ = _ice?.GatherAsync();
        Advertise(_negotiator.Local.Address);
        return _negotiator.CreateOffer(MediaDirection.SendReceive, null);
    }

    /// <summary>Answers the peer's first offer. The session may be started at once (early media).</summary>
    /// <param name="sdp">The offer.</param>
    /// <param name="towardsPeer">Where the peer (or its proxy) is.</param>
    /// <exception cref="MediaTransportException">No port is free in the range, or the address cannot be bound; the message names it.</exception>
    public MediaNegotiationResult AcceptOffer(ReadOnlyMemory<byte> sdp, IPAddress towardsPeer)
    {
        Open(towardsPeer, isOfferer: false);
        _ = _ice?.GatherAsync();
        Advertise(_negotiator.Local.Address);
        return Use(_negotiator.AcceptOffer(sdp.Span));
    }

    /// <summary>Takes the peer's answer to our offer, from a 183, a 200 or an ACK. The same answer again changes nothing.</summary>
    /// <param name="sdp">The answer.</param>
    /// <param name="final">False for one in an unreliable provisional response: a later answer may differ.</param>
    public MediaNegotiationResult AcceptAnswer(ReadOnlyMemory<byte> sdp, bool final = true) => Use(_negotiator.AcceptAnswer(sdp.Span, final), final);

    /// <summary>Forgets our open offer: it was refused or overtaken (491, 488, CANCEL). What was agreed before goes on.</summary>
    public void Rollback() => _negotiator.Rollback();

    /// <summary>Writes a new offer in a running call: hold (<see cref="MediaDirection.SendOnly"/>), resume, other codecs.</summary>
    /// <param name="direction">Which way media shall flow.</param>
    /// <param name="codecs">Codec names in order; null keeps those of the session.</param>
    public ReadOnlyMemory<byte> CreateReoffer(MediaDirection direction, IReadOnlyList<string>? codecs = null)
    {
        UseAddress();
        return _negotiator.CreateOffer(direction, codecs);
    }

    /// <summary>Answers the peer's new offer in a running call. A refusal leaves the call as it was.</summary>
    public MediaNegotiationResult AcceptReoffer(ReadOnlyMemory<byte> sdp)
    {
        UseAddress();
        return Use(_negotiator.AcceptOffer(sdp.Span));
    }

    /// <summary>Lets media flow once something is agreed. Nothing is sent before.</summary>
    public void Start()
    {
        if (_started || _stopped || _media is not { } media)
            return;
        _started = true;
        _worker.Post(media.Start);
    }

    /// <summary>Stops media for good, with RTCP BYE. <see cref="GetStatistics"/> still answers.</summary>
    public void Stop()
    {
        if (_stopped)
            return;
        _stopped = true;
        if (_media is not { } media || _sockets is not { } sockets)
            return;
        _worker.Post(media.Close);
        if (_associations is { } associations)
            associations.Close(() => Leave(sockets));
        else
            Leave(sockets);
    }

    // Not before the last association has said goodbye: a peer that knows keys by DTLS believes that alone (RFC 5763 §5).
    private void Leave(SessionSockets sockets) => _worker.Post(_ =>
    {
        _worker.Detach(sockets);
        sockets.Close();
    });

    /// <summary>Queues a key as telephone-event (RFC 4733).</summary>
    /// <param name="digit"><c>0</c>–<c>9</c>, <c>*</c>, <c>#</c>, <c>A</c>–<c>D</c>.</param>
    /// <param name="duration">40 ms to 6 s.</param>
    /// <returns>False when the peer takes no telephone-event, or media has not started.</returns>
    /// <exception cref="ArgumentException">No such key, or an impossible duration.</exception>
    public bool SendDtmf(char digit, TimeSpan duration)
    {
        int code = DtmfSender.CodeOf(digit);
        if (code < 0)
            throw new ArgumentException($"'{digit}' is no key: use 0-9, *, #, A-D", nameof(digit));
        if (duration < TimeSpan.FromMilliseconds(40) || duration > TimeSpan.FromSeconds(6))
            throw new ArgumentException("a key sounds for 40 ms to 6 s", nameof(duration));
        if (!_started || _stopped || Facts is not { DtmfByEvent: true } || _media is not { } media)
            return false;
        _worker.Post(_ => media.Send.SendDtmf((byte)code, (int)duration.TotalMilliseconds));
        return true;
    }

    /// <summary>Echoes what is heard back to the peer, after playout and encoding anew, on the worker's own clock. Takes the place of a sound card.</summary>
    public void AttachEcho() => AttachEnd(now => new EchoEnd(this, Options.BlockSamples, EchoEnd.NextTick(now)));

    /// <summary>Lets the worker drive an end, in the place of a sound card. After the first offer or answer.</summary>
    internal void AttachEnd(Func<Instant, IClockedEnd> create)
    {
        var media = _media ?? throw new InvalidOperationException("attach an end after the first offer or answer");
        _drivenByWorker = true;
        _worker.Post(now => media.AttachEnd(create(now)));
    }

    /// <summary>Counters now.</summary>
    public MediaStatistics GetStatistics() =>
        _statistics.Collect(_engine, _media, _sockets, _captured, _playback, Facts, _stopped);

    /// <inheritdoc/>
    public void Capture(ReadOnlySpan<short> block, long capturedAt)
    {
        if (_captured.Push(block, capturedAt) >= Volatile.Read(ref _frameSamples))
            _worker.SignalCapture();
    }

    /// <inheritdoc/>
    public void Play(Span<short> block, long playsAt)
    {
        if (_playback.Play(block, new(playsAt)))
            _events.NoteFirstAudio(new(playsAt));
        else if (_playback.Failure is { } failure)
            HandlePlaybackFailure(failure, new(playsAt));
    }

    /// <summary>Stops, then frees the ports and codecs. Take the session off its sound card first.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Stop();
        _playback.Close();
        _engine.Forget(this);
    }

    /// <summary>Bytes that playback has allocated inside this session; 0 unless something is wrong, or when the worker plays and counts itself.</summary>
    internal long PlaybackAllocatedBytes => _drivenByWorker ? 0 : _playback.AllocatedBytes;

    /// <summary>Calls the listener. Thread: housekeeping.</summary>
    internal void TellEvents()
    {
        while (_events.TryTake(out var happened))
            Options.OnEvent?.Invoke(this, happened);
    }

    private void HandlePlaybackFailure(Exception failure, Instant at)
    {
        _engine.NoteFailure(failure);
        _events.NotePlaybackFailure(at);
    }

    private MediaFacts WithKeys(MediaFacts facts) => _associations?.Agreed is { } keys
        ? facts with { SrtpProfile = keys.Profile.Name, PeerFingerprint = keys.PeerFingerprint.ToString() }
        : facts;

    private void Open(IPAddress towardsPeer, bool isOfferer)
    {
        ObjectDisposedException.ThrowIf(_stopped, this);
        if (_media is not null)
            return;
        _towards = towardsPeer;
        var address = LocalAddress.Towards(towardsPeer, _engine.Options.BindAddress);
        var ports = OpenPorts(address);
        var (rtp, rtcp) = (ports[0], ports[1]);
        _negotiator.Local = new(address, rtp.LocalEndPoint.Port);
        if (Options.Ice is { } settings)
        {
            _ice = new SessionIce(settings, _worker, _engine.Options.Random, _events, isOfferer, [rtp, .. ports.Skip(2)], _engine.Options.Capture);
            _ice.Negotiation.PeerTakes = PeerTakesCandidates;
            _negotiator.Ice = _ice.Negotiation;
        }

        var media = new CallMedia(new()
        {
            RtpSender = rtp,
            RtcpSender = rtcp,
            Local = PeerAddress.From(_negotiator.Local),
            CaptureQueue = _captured,
            ToPlayback = _toPlayback,
            Playback = _playback,
            Events = _events,
            Random = _engine.Options.Random,
            Clock = new(MonotonicClock.Now, NtpTime.FromUtc(DateTime.UtcNow)),
            SilenceTimeout = Options.SilenceTimeout,
            ByDtls = Options.Security == MediaSecurityPolicy.Dtls,
            Ice = _ice?.Link,
            Capture = _engine.Options.Capture,
        });
        media.Send.Mute = _mute;
        var sockets = new SessionSockets(ports, media, PeerAddress.From(_negotiator.Local), _events, _engine.Options.Capture);
        (_media, _sockets) = (media, sockets);
        if (_ice is { } ice)
            Volatile.Write(ref _network, new SessionNetwork(_engine, _worker, ice, sockets, [rtp, .. ports.Skip(2)], _events));
        if (Options.Security == MediaSecurityPolicy.Dtls)
            _associations = Associations(media);
        _worker.Post(_ => _worker.Attach(sockets));
    }

    private IReadOnlyList<UdpPort> OpenPorts(IPAddress address)
    {
        if (Options.Ice is not null)
            return _engine.OpenPorts(address);
        var (rtp, rtcp) = _engine.OpenPorts(address.AddressFamily);
        return [rtp, rtcp];
    }

    private DtlsAssociations Associations(CallMedia media) => new(
        _engine.Dtls,
        Options.Identity!,
        Options.ConfirmedPeer ?? (static () => null),
        () => _worker.Post(_ => media.TransmitDtls()),
        contexts => _worker.Post(now => media.UseKeys(now, contexts)),
        _ => _worker.Post(media.HandleKeysFailed),
        () => _negotiator.Plan?.Ice is null ? null : WhileIceLooks);

    private MediaNegotiationResult Use(MediaNegotiationResult result, bool final = true)
    {
        if (!result.Accepted || _media is not { } media || _negotiator.Plan is not { } plan)
            return result;
        if (!_stopped)
        {
            Volatile.Write(ref _facts, plan.Facts);
            Volatile.Write(ref _frameSamples, plan.Send.FrameSamples);
        }

        // After the end, too: what takes no part any more is freed there.
        _playback.Apply(plan.Playback);
        var association = plan.Dtls is { } agreement && !_stopped ? _associations?.For(agreement, final) : null;
        _worker.Post(now =>
        {
            media.Apply(now, plan, final);
            if (association is not null)
                media.UseAssociation(association);
        });
        _ice?.HandleAgreed();
        return result;
    }
}
