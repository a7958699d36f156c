// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Calls;
using Earshot.Media;
using Earshot.Media.Transport;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Sdp;
using Earshot.Protocol.Sip;

namespace Earshot;

/// <summary>One call's media as its decisions see it, on a real <see cref="MediaSession"/> and the phone's sound.</summary>
/// <remarks>
/// The session, with its ports, buffers and codecs, is made by the first description of ours: with the INVITE of a call that we place, with the
/// answer to one that comes. Thread: the signalling loop, but <see cref="Session"/> and <see cref="Mute"/>.
/// </remarks>
/// <param name="create">Makes the session, once.</param>
/// <param name="judge">Whether a first offer could be answered.</param>
/// <param name="insistsOnEncryption">Our offers take no clear media.</param>
/// <param name="sound">The phone's.</param>
/// <param name="towardsPeer">Where the peer, or its proxy, is.</param>
/// <param name="otherWays">What our offer says next when the peer refuses the way of encryption before it; null for nothing.</param>
internal sealed class SessionMedia(
    Func<MediaSession> create, Func<ReadOnlyMemory<byte>, NegotiationResult> judge, bool insistsOnEncryption, PhoneSound sound, IPAddress towardsPeer, Queue<SecurityWay>? otherWays = null)
    : ICallMedia, IDisposable
{
    private readonly Lock _making = new();
    private volatile MediaSession? _session;
    private bool _mute;
    private readonly Ringback _ringback = new(sound.AttachTone, sound.DetachTone);
    private bool _described;
    private bool _flows;
    private bool? _offeredHold;
    private IPAddress _towards = towardsPeer;
    private IPAddress? _offeredFrom;
    private ReadOnlyMemory<byte> _firstOffer;
    private ReadOnlyMemory<byte> _earlyCandidates;
    private bool _peerTakesCandidates;
    private bool _offerAllowsMore;

    /// <summary>We wish to hold the other side.</summary>
    public bool OnHold { get; set; }

    /// <summary>We hold the other side, and it knows.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>What is heard goes back to the caller; the sound card is left alone. Decided before media starts.</summary>
    public bool Echo { get; set; }

    /// <summary>Codecs wished for in the next offer; null keeps those there are.</summary>
    public IReadOnlyList<string>? Codecs { get; set; }

    /// <summary>Null until the first description of ours. Thread: any.</summary>
    public MediaSession? Session => _session;

    /// <summary>Sends silence instead of the microphone, from the first packet on when it is set before. Thread: any.</summary>
    public bool Mute
    {
        get
        {
            lock (_making) return _mute;
        }
        set
        {
            lock (_making)
            {
                _mute = value;
                if (_session is { } session) session.Mute = value;
            }
        }
    }

    public bool InsistsOnEncryption => insistsOnEncryption;

    public bool AwaitsKeys => _session is { AwaitsKeys: true };

    public bool AwaitsPath => _session is { AwaitsPath: true };

    /// <summary>What the first description of ours needs that takes time: the answers of STUN and TURN servers. Done at once where there are none, and where the peer takes them later.</summary>
    /// <param name="isOfferer">It will be an offer.</param>
    public Task PrepareAsync(bool isOfferer)
    {
        try
        {
            if (_described) return Task.CompletedTask;
            var prepared = Made().PrepareAsync(_towards, isOfferer);
            return !isOfferer && _offerAllowsMore && _peerTakesCandidates ? Task.CompletedTask : prepared;
        }
        catch (MediaTransportException)
        {
            return Task.CompletedTask; // the description will say so
        }
    }

    public bool TryNextSecurity()
    {
        if (_described || otherWays is null || !otherWays.TryDequeue(out var next)) return false;
        StopRinging();
        lock (_making)
        {
            _session?.Dispose();
            (_session, _offeredFrom, _firstOffer, _offeredHold) = (null, null, default, null);
            (create, insistsOnEncryption) = next;
        }

        return true;
    }

    /// <summary>The next offer looks for ways to the peer anew.</summary>
    public bool RestartIce() => _session is { } session && session.RestartIce();

    public void NotePeer(bool takesCandidates)
    {
        _peerTakesCandidates = takesCandidates;
        if (_session is { } session) session.PeerTakesCandidates = takesCandidates;
    }

    public ReadOnlyMemory<byte> WriteCandidates() => _session is { } session ? session.WriteCandidates() : default;

    public void EndCandidates() => _session?.EndCandidates();

    // A caller may begin while it rings here. Each fragment repeats those before it, and the last one is kept until there is somebody to take it.
    public void TakeCandidates(ReadOnlyMemory<byte> fragment)
    {
        if (_session is { } session) session.TakeCandidates(fragment);
        else _earlyCandidates = fragment;
    }

    public CallEnd? Judge(ReadOnlyMemory<byte> offer)
    {
        _offerAllowsMore = IceReading.AllowsTrickle(offer.Span);
        return judge(offer) is { Accepted: false } no ? Refusal(no.Failure, no.SipStatus, no.Reason) : null;
    }

    public MediaAnswer MakeOffer()
    {
        _offeredHold = OnHold;
        var session = Made();
        try
        {
            return new(_described
                ? session.CreateReoffer(OnHold ? MediaDirection.SendOnly : MediaDirection.SendReceive, Codecs)
                : _firstOffer = session.CreateOffer(_towards));
        }
        catch (MediaTransportException wrong)
        {
            return new(default, NoPort(wrong));
        }
    }

    /// <summary>The first offer as it was made last; empty before.</summary>
    public ReadOnlyMemory<byte> FirstOffer => _firstOffer;

    /// <summary>The first offer as the INVITE carries it on this flow: a peer of IPv4 cannot send to an address of IPv6, nor one network to another's.</summary>
    /// <remarks>Before anything is agreed: the session has yet to send, and a new one on other ports may take its place.</remarks>
    public ReadOnlyMemory<byte> OfferFor(SipFlow flow)
    {
        if (_offeredFrom is null && flow.Remote.Address.Equals(_towards)) _offeredFrom = flow.Local.Address;
        if (flow.Local.Address.Equals(_offeredFrom) || _described || _session is not { } before) return _firstOffer;
        if (before.Options.Ice is { Servers.Count: > 0 })
        {
            // Its candidates took time, and name every address.
            if (!before.TryMoveOffer(flow.Local.Address, flow.Remote.Address, out var moved)) return _firstOffer;
            (_towards, _offeredFrom) = (flow.Remote.Address, flow.Local.Address);
            return _firstOffer = moved;
        }

        var towardsBefore = _towards;
        (_session, _towards) = (null, flow.Remote.Address);
        if (MakeOffer().Refusal is not null)
        {
            _session?.Dispose();
            (_session, _towards) = (before, towardsBefore);
            return _firstOffer; // the peer may still be heard
        }

        _offeredFrom = flow.Local.Address;
        before.Dispose();
        return _firstOffer;
    }

    public MediaAnswer MakeAnswer(ReadOnlyMemory<byte> offer)
    {
        var session = Made();
        try
        {
            var result = _described ? session.AcceptReoffer(offer) : session.AcceptOffer(offer, _towards);
            _described |= result.Accepted;
            if (!_earlyCandidates.IsEmpty) session.TakeCandidates(_earlyCandidates);
            _earlyCandidates = default;
            return new(result.Answer, result.Accepted ? null : Refusal(result));
        }
        catch (MediaTransportException wrong)
        {
            return new(default, NoPort(wrong));
        }
    }

    public CallEnd? TakeAnswer(ReadOnlyMemory<byte> answer, bool final)
    {
        var result = Made().AcceptAnswer(answer, final);
        _described |= result.Accepted;
        if (final && _offeredHold is { } hold)
        {
            _offeredHold = null;
            if (result.Accepted) IsHeld = hold;
        }

        return result.Accepted ? null : Refusal(result);
    }

    public void RollBack()
    {
        _offeredHold = null;
        _session?.Rollback();
    }

    /// <summary>A change was refused: wishes are again what is, unless a later one is on its way already.</summary>
    public void ForgetWishes()
    {
        if (_offeredHold is not null) return;
        OnHold = IsHeld;
        Codecs = null;
    }

    /// <summary>The other phone rings: the caller hears that, unless nobody listens here.</summary>
    public void HandleRinging(int status, bool earlyMedia)
    {
        if (!Echo) _ringback.HandleRinging(status, earlyMedia);
    }

    /// <summary>The caller gives up, or the call is over.</summary>
    public void StopRinging() => _ringback.Stop();

    public void Start()
    {
        StopRinging();
        if (_flows || _session is not { } session) return;
        _flows = true;
        session.Start();
        if (Echo) session.AttachEcho();
        else sound.Attach(session);
    }

    public void Stop()
    {
        if (_session is not { } session) return;
        if (_flows && !Echo) sound.Detach(session);
        _flows = false;
        session.Stop();
    }

    public void Dispose()
    {
        StopRinging();
        Stop();
        _session?.Dispose();
    }

    /// <summary>Makes the session, but opens no port yet. Thread: any.</summary>
    public MediaSession Made()
    {
        if (_session is { } made) return made;
        lock (_making)
        {
            if (_session is { } first) return first;
            var session = create();
            session.Mute = _mute;
            session.PeerTakesCandidates = _peerTakesCandidates;
            return _session = session;
        }
    }

    private static CallEnd NoPort(MediaTransportException wrong) => new(CallEndReason.NetworkError, 500, wrong.Message, "Free a port, or widen --media-ports.");

    private static CallEnd Refusal(MediaNegotiationResult result) => Refusal(result.Failure, result.SipStatus, result.Reason);

    private static CallEnd Refusal(NegotiationFailure failure, int status, string reason) => failure switch
    {
        NegotiationFailure.EncryptionRequired or NegotiationFailure.NoCommonCrypto or NegotiationFailure.UnsupportedProfile => new(
            CallEndReason.NotEncrypted, status, reason,
            "Ask the other side which encryption it speaks, and allow that by name with --security (dtls, sdes; sdes has to be named where signalling is in clear); or allow clear media, which whoever sits on the way can listen to, with --security none."),
        NegotiationFailure.NoCommonCodec or NegotiationFailure.NoAudio => new(
            CallEndReason.NoCommonCodec, status, reason, "Allow more codecs with --codecs."),
        _ => new(CallEndReason.Failed, status, reason),
    };
}
