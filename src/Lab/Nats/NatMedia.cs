// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Calls;
using Earshot.Media;
using Earshot.Media.Codecs;
using Earshot.Media.Receive;
using Earshot.Media.Send;
using Earshot.Media.Transport;
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Rtcp;
using Earshot.Protocol.Sdp;

namespace Earshot.Lab.Nats;

/// <summary>A call's media through NATs in virtual time: the real negotiation, worker's half and playback over a <see cref="NatPath"/>.</summary>
/// <remarks>
/// <code>
///   tone ─► CaptureQueue ─► CallMedia ─► NatPath ─► network          keys: ScriptedKeys over the same path, once there is one
///   heard ◄─ PlaybackPipeline ◄─ CallMedia ◄─ NatPath ◄─ network
/// </code>
/// Thread: its network's. Told the time by it.
/// </remarks>
internal sealed class NatMedia : ICallMedia, IDatagramSender, IEventSink, IDisposable
{
    private const int Block = 480;
    private static readonly TimeSpan Doubt = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan BlockTime = TimeSpan.FromMilliseconds(10);
    private readonly NatNetwork _network;
    private readonly NatPhone _phone;
    private readonly MediaNegotiator _negotiator;
    private readonly CaptureQueue _captured = new();
    private readonly SlotRing<ReceivedPacket> _ring = new(64, static () => new ReceivedPacket());
    private readonly CallMedia _media;
    private readonly short[] _block = new short[Block];
    private ScriptedKeys? _keys;
    private PeerAddress _signalled;
    private int _association;
    private bool _isDescribed;
    private bool _isRunning;
    private Instant _nextBlock = Instant.Never;
    private Instant _packetAt = Instant.Zero;

    /// <summary>Nothing is agreed yet.</summary>
    public NatMedia(NatNetwork network, NatPhone phone, MediaSessionOptions options, SeededRandom random)
    {
        (_network, _phone, Random) = (network, phone, random);
        _negotiator = new MediaNegotiator(options, random, new MediaCodecs());
        Playback = new PlaybackPipeline(_ring);
        _media = new CallMedia(new()
        {
            RtpSender = this,
            RtcpSender = this,
            Local = default,
            CaptureQueue = _captured,
            ToPlayback = _ring,
            Playback = Playback,
            Events = this,
            Random = random,
            Clock = new(Instant.Zero, NtpTime.FromUtc(DateTime.UnixEpoch)),
        });
    }

    /// <summary>For this call alone.</summary>
    public SeededRandom Random { get; }

    /// <summary>What is heard.</summary>
    public PlaybackPipeline Playback { get; }

    /// <summary>Who was heard when.</summary>
    public HeardLog Heard { get; } = new();

    /// <summary>When keys stood; never without a handshake.</summary>
    public Instant KeysAt { get; private set; } = Instant.Never;

    /// <summary>When the peer's description was first taken: by the caller the answer, by the callee the offer.</summary>
    public Instant DescribedAt { get; private set; } = Instant.Never;

    /// <summary>The next offer restarts ICE.</summary>
    public bool RestartsIce { get; set; }

    /// <summary>What happened, by kind.</summary>
    public List<MediaEventKind> Events { get; } = [];

    /// <summary>The worker's half.</summary>
    public CallMedia Worker => _media;

    public bool InsistsOnEncryption => true;

    public bool AwaitsKeys => _negotiator.Plan is { Transport.ByDtls: true } && KeysAt == Instant.Never;

    public MediaAnswer MakeOffer()
    {
        if (RestartsIce)
            Path.Agent.Restart(_network.Now);
        RestartsIce = false;
        Prepare();
        return new(Described(_negotiator.CreateOffer(MediaDirection.SendReceive, null)));
    }

    public CallEnd? Judge(ReadOnlyMemory<byte> offer) => null;

    public MediaAnswer MakeAnswer(ReadOnlyMemory<byte> offer)
    {
        Prepare();
        var result = _negotiator.AcceptOffer(offer.Span);
        if (!result.Accepted)
            return new(default, new CallEnd(CallEndReason.Failed, result.SipStatus, result.Reason));
        TakeRemote(offer.Span);
        var answer = Described(result.Answer);
        Use();
        return new(answer);
    }

    public CallEnd? TakeAnswer(ReadOnlyMemory<byte> answer, bool final)
    {
        var result = _negotiator.AcceptAnswer(answer.Span, final);
        if (!result.Accepted)
            return new CallEnd(CallEndReason.Failed, result.SipStatus, result.Reason);
        TakeRemote(answer.Span);
        Use();
        return null;
    }

    public void RollBack() => _negotiator.Rollback();

    public void Start()
    {
        if (_isRunning)
            return;
        _isRunning = true;
        _nextBlock = _network.Now + BlockTime;
        _media.Start(_network.Now);
    }

    public void Stop()
    {
        _isRunning = false;
        _nextBlock = Instant.Never;
        _media.Close(_network.Now);
    }

    /// <inheritdoc/>
    public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to) =>
        Path.Send(datagram, new TransportAddress(to.High, to.Low, to.Port, to.IsV6));

    /// <inheritdoc/>
    public void Push(in MediaEvent happened) => Events.Add(happened.Kind);

    /// <summary>A packet of the peer's that is no STUN.</summary>
    public void HandlePacket(Instant now, in TransportAddress from, byte[] bytes)
    {
        if (PacketKinds.Classify(bytes) == PacketKind.Dtls)
        {
            _keys?.HandlePacket(now, bytes);
            DrainKeys(now);
            return;
        }

        _packetAt = now;
        // With ICE the path is the agent's business: to the worker the peer never moves.
        var peer = Path.IsPlain ? new PeerAddress(from.High, from.Low, from.Port, from.IsV6, 0) : _signalled;
        _media.HandleDatagram(now, now, in peer, bytes);
    }

    /// <summary>There is a way to the peer.</summary>
    public void HandlePath(Instant now)
    {
        _keys?.Start(now);
        DrainKeys(now);
    }

    /// <summary>Does what is due.</summary>
    public void HandleTimeout(Instant now)
    {
        if (_keys is { } keys && keys.PollTimeout() <= now)
        {
            keys.HandleTimeout(now);
            DrainKeys(now);
        }

        if (_nextBlock <= now)
            Sound(now);
        // Nothing for the time of some packets: is the path still good? The agent asks no more than twice a second.
        if (_isRunning && Heard.FirstAt != Instant.Never && now - _packetAt > Doubt)
            Path.Agent.Probe(now);
        if (_media.PollTimeout() <= now)
            _media.HandleTimeout(now);
    }

    /// <summary>When something is due next.</summary>
    public Instant PollTimeout() => Instant.Min(Instant.Min(_nextBlock, _keys?.PollTimeout() ?? Instant.Never), _media.PollTimeout());

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        Playback.Close();
    }

    private NatPath Path => _phone.Path;

    // A card's two directions at once: a block is captured, and one is played.
    private void Sound(Instant now)
    {
        _nextBlock = now + BlockTime;
        Tone.Fill(_block, Heard.Blocks * Block);
        _captured.Push(_block, now.Nanoseconds);
        _media.HandleCapture(now);
        Playback.Play(_block, now);
        Heard.Add(now, Playback.LastPulled.Kind);
    }

    private void Prepare()
    {
        var address = Path.Default;
        _negotiator.Local = address.ToEndPoint();
    }

    private void Use()
    {
        var now = _network.Now;
        var plan = _negotiator.Plan!;
        _signalled = plan.Transport.Rtp;
        Playback.Apply(plan.Playback);
        _media.Apply(now, plan);
        if (plan.Dtls is { } agreement && agreement.Association != _association)
        {
            _association = agreement.Association;
            _keys = new ScriptedKeys(agreement.IsClient, Random);
        }

        if (Path.IsReady)
            HandlePath(now);
        Path.Drain();
    }

    private void DrainKeys(Instant now)
    {
        while (_keys is { } keys && Path.IsReady && keys.PollTransmit(out var datagram))
            Path.Send(datagram, new TransportAddress(_signalled.High, _signalled.Low, _signalled.Port, _signalled.IsV6));
        if (_keys is not { IsDone: true } done || KeysAt != Instant.Never)
            return;
        KeysAt = now;
        _media.UseKeys(now, done.Agreed(_association));
        _phone.HandleKeysAgreed(now);
    }

    private ReadOnlyMemory<byte> Described(ReadOnlyMemory<byte> sdp)
    {
        if (Path.IsPlain)
            return sdp;
        Path.Agent.CompleteLocal(_network.Now);
        var text = new StringBuilder(Encoding.UTF8.GetString(sdp.Span));
        if (Path.IsLite)
            text.Append("a=ice-lite\r\n");
        foreach (var line in _phone.Description.ToAttributes())
            text.Append("a=").Append(line).Append("\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private void TakeRemote(ReadOnlySpan<byte> sdp)
    {
        if (!_isDescribed)
            DescribedAt = _network.Now;
        _isDescribed = true;
        if (Path.IsLite)
            return;
        if (!SessionDescription.TryParse(sdp, out var session, out _) || IceDescription.Read(session!, session!.Media[0]) is not { } remote)
        {
            Path.IsPlain = true;
            return;
        }

        if (Path.Agent.IsRestart(remote))
            Path.Agent.Restart(_network.Now);
        Path.Agent.SetRemote(_network.Now, remote);
    }
}
