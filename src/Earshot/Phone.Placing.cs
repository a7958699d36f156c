// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Audio.Devices;
using Earshot.Calls;
using Earshot.Media;
using Earshot.Protocol;
using Earshot.Protocol.Sdp;
using Earshot.Protocol.Sip;
using Earshot.Signaling.Transport;

namespace Earshot;

/// <content>How calls begin: placed by us, or taken from others.</content>
public sealed partial class Phone
{
    /// <summary>Places a call and returns at once; its steps are told to <see cref="CallOptions.OnEvent"/> and <see cref="Call.Subscribe"/>.</summary>
    /// <param name="target">A SIP URI, <c>sip:user@host[:port]</c>.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancel">Gives up while the name is looked up; afterwards <see cref="Call.HangUp"/> does.</param>
    /// <returns>The call; one that cannot even begin has ended already, and says why.</returns>
    /// <exception cref="Audio.Devices.AudioDeviceException">The microphone or speaker cannot be opened.</exception>
    /// <exception cref="ArgumentException"><paramref name="target"/> is no SIP URI.</exception>
    public async Task<Call> PlaceCallAsync(string target, CallOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new CallOptions();
        var account = options.Account;
        // What has a proxy goes by that, however it is reached.
        var uri = SipTargets.Parse(target, account is null ? _options.Transport : account.Proxy is null ? account.Transport ?? default : default);
        if (!options.Echo) _sound.Hold(); // before anybody's phone rings: a call without sound is no call
        try
        {
            return await PlaceHeldAsync(uri, options, cancel).ConfigureAwait(false);
        }
        catch
        {
            if (!options.Echo) _sound.Release();
            throw;
        }
    }

    // The card is held; from here on it is the call's to let go.
    private async Task<Call> PlaceHeldAsync(string uri, CallOptions options, CancellationToken cancel)
    {
        // Connections, too: the INVITE may turn out too large for a datagram (RFC 3261 §18.1.1), and none is made before it does.
        var (account, nextHop) = await WayOfAsync(uri, options.Account).ConfigureAwait(false);
        var flows = await ResolveAsync(nextHop, cancel).ConfigureAwait(false);
        var machine = new CallMachine(CallTimes.Default with { RingTimeout = _options.RingTimeout }, _random);
        var isPinned = IsPinnedBeyondUs(uri);
        if (flows is not { Count: > 0 } || isPinned)
        {
            var failed = new Call(this, machine, null, incoming: false, uri, null);
            if (options.OnEvent is not null) failed.Subscribe(options.OnEvent);
            await _agent.PostAsync((_, _) =>
            {
                ((ICallListener)failed).OnEnded(flows is null ? CallEnds.Cancelled with { SipStatus = 0 } : isPinned ? CallEnds.Pinned : CallEnds.UnknownHost(SipTargets.HostOf(nextHop)));
                return true;
            }).ConfigureAwait(false);
            if (!options.Echo) failed.KeepSound(_sound); // lets go at once
            return failed;
        }

        Call? call = null;
        var held = IsHeldToDtls(uri);
        var ways = AllowedOver(flows.All(flow => flow.IsProtected), held); // the INVITE may take any of them
        var media = NewMedia(flows[0].Remote.Address, uri, ways, (session, e) => OnMedia(call, session, e));
        media.Echo = options.Echo;
        media.Made(); // here, not on the loop: codecs and buffers take their time
        call = new Call(this, machine, media, incoming: false, uri, null) { IsHeldToDtls = held, Account = options.Account };
        if (options.OnEvent is not null) call.Subscribe(options.OnEvent);
        if (!Post(now => Begin(now, call, new SipInvite { Target = uri, Account = account, Flows = flows, SdpFor = flow => OfferOn(media, flow) })))
        {
            media.Dispose();
            throw new ObjectDisposedException(nameof(Phone));
        }

        if (!options.Echo) call.KeepSound(_sound); // not before, as whoever threw above lets go as well
        return call;
    }

    // Null: given up before anybody was found.
    private async Task<IReadOnlyList<SipFlow>?> ResolveAsync(string uri, CancellationToken cancel)
    {
        try
        {
            return await _agent.ResolveAsync(uri, preferReliable: true, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    // The core that asks expects no exceptions, and a call without its INVITE would wait for nothing.
    private ReadOnlyMemory<byte> OfferOn(SessionMedia media, SipFlow flow)
    {
        try
        {
            return media.OfferFor(flow);
        }
        catch (Exception wrong)
        {
            TellFault(wrong);
            return media.FirstOffer;
        }
    }

    internal void Accept(Call call, CallOptions options)
    {
        if (options.OnEvent is not null) call.Subscribe(options.OnEvent);
        if (!call.TryBeginAnswer()) return; // twice would hold the card twice and let go of it once
        if (options.Echo) Answer(call, echo: true);
        else _ = Task.Run(() => AnswerWithSound(call)); // opening a card may take its time, and this may be the signalling loop
    }

    private void AnswerWithSound(Call call)
    {
        try
        {
            _sound.Hold();
        }
        catch (ObjectDisposedException)
        {
            return; // the phone was closed meanwhile, and the call with it
        }
        catch (Exception wrong) when (wrong is AudioDeviceException or IOException or UnauthorizedAccessException)
        {
            Post(_ => call.Tell(new CallNotice(call.Age, "audio-device", wrong.Message)));
            Reject(call, 480);
            return;
        }

        call.KeepSound(_sound);
        Answer(call, echo: false);
    }

    private void Answer(Call call, bool echo) => Post(now =>
    {
        if (call.Media is null || call.Ended.IsCompleted) return;
        call.Media.Echo = echo;
        After(call.Media.PrepareAsync(isOfferer: call.WasAskedToOffer), now, then => call.Driver?.Answer(then));
    });

    // At once where nothing is waited for; else on the loop, where the call may have ended meanwhile.
    private void After(Task prepared, Instant now, Action<Instant> goOn)
    {
        if (prepared.IsCompleted) goOn(now);
        else _ = prepared.ContinueWith(_ => Post(goOn), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    internal void Reject(Call call, int status) => Post(now => call.Driver?.Reject(now, status));

    private void Begin(Instant now, Call call, SipInvite invite)
    {
        call.Driver = new CallDriver(_agent.Core, call.Machine, call.Media!, call, TellFault)
        {
            Flush = _agent.Flush,
            Reinvited = sip => Follow(call, sip),
            ComplaintOf = flow => _complaints.TryGetValue(flow, out var complaint) ? complaint : null,
            Prepare = (at, then) => After(call.Media!.PrepareAsync(isOfferer: true), at, then),
        };
        foreach (var flow in invite.Flows) _complaints.Remove(flow);
        Keep(call);
        if (_closing)
        {
            call.Driver.HangUp(now);
            return;
        }

        After(call.Media!.PrepareAsync(isOfferer: true), now, then => Invite(then, call, invite));
    }

    private void Invite(Instant now, Call call, SipInvite invite)
    {
        call.Driver!.Place(now, invite);
        if (call.Driver.Sip is not { } sip) return; // it could not begin, and has said so
        call.CallId = sip.CallId;
        if (!call.Ended.IsCompleted) _bySip[sip] = call;
    }

    private void TakeInvite(Instant now, SipEvent.IncomingInvite invite)
    {
        var sip = invite.Call;
        if (_closing)
        {
            _agent.Core.Reject(now, sip, 480);
            return;
        }

        var caller = sip.Flow!.Remote.Address;
        if (!HasRoomFor(caller))
        {
            _agent.Core.Reject(now, sip, 486, null, RetryLater);
            return;
        }

        if (IsPinnedBeyondUs(sip.RemoteUri))
        {
            _agent.Core.Reject(now, sip, 488);
            _refused.Add(caller, sip.RemoteUri, CallEnds.Pinned);
            return;
        }

        Call? call = null;
        var held = IsHeldToDtls(sip.RemoteUri);
        var media = NewMedia(caller, sip.RemoteUri, [SecurityFor(sip, invite.Sdp, held)], (session, e) => OnMedia(call, session, e), SpeaksIce(invite.Sdp));
        var machine = new CallMachine(CallTimes.Default, _random);
        var name = sip.RemoteDisplayName.Length > 0 ? sip.RemoteDisplayName : null;
        call = new Call(this, machine, media, incoming: true, sip.RemoteUri, name) { CallId = sip.CallId, CallerAddress = caller, WasAskedToOffer = invite.Sdp.IsEmpty, CallBackUri = sip.Account is null ? sip.RemoteTarget : sip.RemoteUri, Account = AccountOf(sip), IsHeldToDtls = held };
        call.Driver = new CallDriver(_agent.Core, machine, media, call, TellFault) { Flush = _agent.Flush };
        Keep(call);
        _bySip[sip] = call;
        call.Driver.Take(now, invite);
        if (call.Ended.IsCompletedSuccessfully)
        {
            _refused.Add(caller, sip.RemoteUri, call.Ended.Result.End);
            return;
        }

        _refused.NoteTaken(caller, sip.RemoteUri);
        Announce(new IncomingCall(this, call));
    }

    private void Announce(IncomingCall call)
    {
        try
        {
            IncomingCall?.Invoke(call);
        }
        catch (Exception wrong)
        {
            ListenerFailed("what takes incoming calls", wrong); // the call rings on
        }
    }

    // Whoever knows our address can make us ring: what only rings is few, in all and from one place, so that a real caller still gets through.
    private bool HasRoomFor(IPAddress caller)
    {
        var inAll = 0;
        var fromThere = 0;
        var unconfirmed = 0;
        foreach (var call in _calls)
        {
            if (call.IsUnconfirmed) unconfirmed++;
            if (!call.IsUnanswered) continue;
            inAll++;
            if (call.CallerAddress is { } there && AddressRules.IsOneSite(caller, there)) fromThere++;
        }

        return inAll < _options.MaxUnansweredCalls && fromThere < _options.MaxUnansweredCallsPerAddress && unconfirmed < MaxUnconfirmed;
    }

    // The refused INVITE is over, and another one is this call's now.
    private void Follow(Call call, SipCall sip)
    {
        foreach (var before in _bySip.Where(entry => entry.Value == call).Select(entry => entry.Key).ToArray()) _bySip.Remove(before);
        call.CallId = sip.CallId;
        _bySip[sip] = call;
    }

    private SessionMedia NewMedia(IPAddress towardsPeer, string peer, IReadOnlyList<MediaSecurityMethod> ways, Action<MediaSession, MediaEvent> onEvent, bool byIce = true)
    {
        var options = OptionsFor(ways[0], peer, onEvent, byIce);
        var others = ways.Skip(1).Select(way => new SecurityWay(() => _engine.CreateSession(OptionsFor(way, peer, onEvent, byIce)), way != MediaSecurityMethod.None));
        return new SessionMedia(
            () => _engine.CreateSession(options), offer => OfferJudge.Judge(offer.Span, options), ways[0] != MediaSecurityMethod.None, _sound, towardsPeer, new(others));
    }

    // Where the caller has no ICE there is nothing to gather, and one pair of ports does. Who leaves the offer to us may have it.
    private static bool SpeaksIce(ReadOnlyMemory<byte> offer) => offer.IsEmpty || offer.Span.IndexOf("a=ice-ufrag:"u8) >= 0;

    private MediaSessionOptions OptionsFor(MediaSecurityMethod way, string peer, Action<MediaSession, MediaEvent> onEvent, bool byIce) => SessionOptions(_options) with
    {
        Security = way switch
        {
            MediaSecurityMethod.None => MediaSecurityPolicy.None,
            MediaSecurityMethod.Dtls => MediaSecurityPolicy.Dtls,
            _ => MediaSecurityPolicy.Sdes,
        },
        Identity = way == MediaSecurityMethod.Dtls ? _verifier?.Identity : null,
        ConfirmedPeer = () => _verifier?.ConfirmedOf(peer),
        Ice = byIce ? _ice : null,
        OnEvent = onEvent,
    };

    private static MediaSessionOptions SessionOptions(PhoneOptions options) => new()
    {
        Codecs = options.Codecs,
        PacketTime = options.PacketTime,
        Bitrate = options.Bitrate,
        Complexity = options.Complexity,
        BlockSamples = (int)(options.Block.TotalSeconds * 48000),
        SilenceTimeout = options.SilenceTimeout,
    };

    // A session that another took the place of has nothing to say any more.
    private void OnMedia(Call? call, MediaSession session, MediaEvent happened)
    {
        if (call is null) return;
        Post(now =>
        {
            if (call.Media?.Session == session) call.OnMedia(happened, now);
        });
    }
}
