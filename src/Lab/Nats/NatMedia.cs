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
using Earshot.Protocol.Stun;
using Earshot.Protocol.Turn;

namespace Earshot.Lab.Nats;

/// <summary>A call's media through NATs in virtual time: the real negotiation, worker's half and playback over the real ICE, on simulated sockets.</summary>
/// <remarks>
/// <code>
///   tone ─► CaptureQueue ─► CallMedia ─► IceLink ─► NatPort ─► network       keys: ScriptedKeys over the same path, once there is one
///   heard ◄─ PlaybackPipeline ◄─ CallMedia ◄─ IceLink ◄─ NatPort ◄─ network
/// </code>
/// Thread: its network's. Told the time by it.
/// </remarks>
internal sealed class NatMedia : ICallMedia, IDatagramSender, IEventSink, IDisposable
{
    private const int Block = 480;
    private static readonly TimeSpan BlockTime = TimeSpan.FromMilliseconds(10);
    private readonly NatNetwork _network;
    private readonly NatPhone _phone;
    private readonly MediaNegotiator _negotiator;
    private readonly IceNegotiation? _negotiation;
    private readonly CaptureQueue _captured = new();
    private readonly SlotRing<ReceivedPacket> _ring = new(64, static () => new ReceivedPacket());
    private readonly CallMedia _media;
    private readonly short[] _block = new short[Block];
    private ScriptedKeys? _keys;
    private byte[]? _early;
    private PeerAddress _signalled;
    private int _association;
    private bool _isRunning;
    private Instant _nextBlock = Instant.Never;

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
            Ice = Path.Link,
        });
        Path.OnDatagram = HandleDatagram;
        if (Path.Link is not { } link)
            return;
        _negotiation = new IceNegotiation(() => phone.Description, random);
        var changed = link.PathChanged;
        link.PathChanged = now =>
        {
            changed?.Invoke(now);
            HandlePath(now);
        };
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
        if (RestartsIce && _negotiation is { } negotiation)
            Path.Link!.Restart(_network.Now, negotiation.Restart());
        if (RestartsIce)
            Path.AskAgain();
        RestartsIce = false;
        Prepare();
        return new(Described(_negotiator.CreateOffer(MediaDirection.SendReceive, null)));
    }

    /// <summary>An answer need not wait for what may follow it.</summary>
    public bool TellsLater { get; private set; }

    public void NotePeer(bool takesCandidates)
    {
        if (_negotiation is { } negotiation)
            negotiation.PeerTakes = takesCandidates;
    }

    public ReadOnlyMemory<byte> WriteCandidates() => _negotiation is { } negotiation && negotiation.TryWriteFragment(out var fragment) ? fragment : default;

    public void EndCandidates() => _negotiation?.EndFragments();

    public void TakeCandidates(ReadOnlyMemory<byte> fragment)
    {
        if (_negotiation?.HandleFragment(fragment.Span, out var news) is { } outcome)
            Outcomes.Add(outcome);
        else
            return;
        if (news is not null)
            Path.Link!.Add(_network.Now, news);
    }

    /// <summary>What became of the peer's fragments.</summary>
    public List<TrickleOutcome> Outcomes { get; } = [];

    public CallEnd? Judge(ReadOnlyMemory<byte> offer)
    {
        TellsLater = _negotiation is { PeerTakes: true, Announces: true } && IceReading.AllowsTrickle(offer.Span);
        return null;
    }

    public MediaAnswer MakeAnswer(ReadOnlyMemory<byte> offer)
    {
        Prepare();
        var result = _negotiator.AcceptOffer(offer.Span);
        if (!result.Accepted)
            return new(default, new CallEnd(CallEndReason.Failed, result.SipStatus, result.Reason));
        Use();
        return new(Described(result.Answer));
    }

    public CallEnd? TakeAnswer(ReadOnlyMemory<byte> answer, bool final)
    {
        var result = _negotiator.AcceptAnswer(answer.Span, final);
        if (!result.Accepted)
            return new CallEnd(CallEndReason.Failed, result.SipStatus, result.Reason);
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
        Path.Lite is not { } lite ? Path.First.Send(datagram, to) : !lite.Target.IsNone && Path.First.Send(datagram, PeerAddress.From(lite.Target));

    /// <inheritdoc/>
    public void Push(in MediaEvent happened) => Events.Add(happened.Kind);

    /// <summary>There is a way to the peer.</summary>
    public void HandlePath(Instant now)
    {
        if (!IsReady || _keys is not { } keys)
            return;
        keys.Start(now);
        if (_early is { } early)
            keys.HandlePacket(now, early);
        _early = null;
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
        _negotiator.Ice = _negotiation;
        _negotiator.Local = Path.Default.ToEndPoint();
    }

    private void Use()
    {
        var now = _network.Now;
        var plan = _negotiator.Plan!;
        if (DescribedAt == Instant.Never)
            DescribedAt = now;
        _signalled = plan.Transport.Rtp;
        Playback.Apply(plan.Playback);
        if (plan.Dtls is { } agreement && agreement.Association != _association)
        {
            _association = agreement.Association;
            _keys = new ScriptedKeys(agreement.IsClient, Random);
        }

        _media.Apply(now, plan);
        if (_negotiation is not null && _negotiation.TryTakeEarly(out var news))
            Path.Link!.Add(now, news);
        HandlePath(now);
    }

    private void HandleDatagram(Instant now, int port, TransportAddress from, byte[] bytes)
    {
        if (Path.Lite is { } lite && TryAnswer(now, lite, from, bytes))
            return;
        if (IsHandshake(bytes, out var flight))
            HandleHandshake(now, bytes.AsSpan(flight));
        else
            _media.HandleDatagram(now, now, port, PeerAddress.From(from), bytes);
    }

    // What is a stand-in for DTLS is not for the library behind CallMedia: it is taken out before ICE, and out of what a relay wraps.
    private static bool IsHandshake(byte[] bytes, out Range flight)
    {
        flight = ..;
        if (TurnData.TryReadChannel(bytes, out _, out var payload)
            || (StunMessage.TryParse(bytes, out var message) && message.Method == StunMethod.Data && TurnData.TryReadIndication(bytes, message, out _, out payload)))
            flight = payload;
        return PacketKinds.Classify(bytes.AsSpan(flight)) == PacketKind.Dtls;
    }

    private void HandleHandshake(Instant now, ReadOnlySpan<byte> flight)
    {
        // Who answers knows first that a pair works, and begins while the answer, or our own check, is on its way.
        if (_keys is { } keys) keys.HandlePacket(now, flight);
        else _early ??= flight.ToArray();
        DrainKeys(now);
    }

    private bool TryAnswer(Instant now, LiteAgent lite, TransportAddress from, byte[] bytes)
    {
        Span<byte> answer = stackalloc byte[200];
        if (!lite.TryAnswer(bytes, from, answer, out int length))
            return false;
        Path.First.Send(answer[..length], PeerAddress.From(from));
        HandlePath(now);
        return true;
    }

    private bool IsReady => Path.Link is { IsActive: true } link ? link.HasPath : Path.Lite is not { Target.IsNone: true };

    private void DrainKeys(Instant now)
    {
        while (_keys is { } keys && IsReady && keys.PollTransmit(out var datagram))
            _ = Path.Link is { IsActive: true } link ? link.Send(datagram, _signalled) : Send(datagram, _signalled);
        if (_keys is not { IsDone: true } done || KeysAt != Instant.Never)
            return;
        KeysAt = now;
        _media.UseKeys(now, done.Agreed(_association));
        _phone.HandleKeysAgreed(now);
    }

    // A gateway's words, which our own negotiation does not know.
    private ReadOnlyMemory<byte> Described(ReadOnlyMemory<byte> sdp)
    {
        if (!_phone.IsLite)
            return sdp;
        Path.Lite ??= new LiteAgent(IceCredentials.Draw(Random));
        var host = new IceCandidate { Foundation = "1", Priority = CandidatePriority.Of(CandidateKind.Host, CandidateTransport.Udp, 0, 1), Address = Path.FirstAddress };
        var text = new StringBuilder(Encoding.UTF8.GetString(sdp.Span)).Append("a=ice-lite\r\n");
        foreach (var line in new IceDescription { Credentials = Path.Lite.Credentials, Candidates = [host] }.ToAttributes())
            text.Append("a=").Append(line).Append("\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
