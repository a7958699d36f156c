// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using Earshot.Calls;
using Earshot.Media;
using Earshot.Media.Diagnostics;
using Earshot.Protocol;
using Earshot.Protocol.Sip;
using Earshot.Signaling;

namespace Earshot;

/// <summary>A softphone: it listens, places and takes calls, and owns the sound card they share.</summary>
/// <remarks>
/// Thread: any. Everything that decides runs on one signalling loop; events are raised there: be quick, do not block.
/// <code>
/// SignalingAgent ──SipEvent──► Phone ──► CallDriver ──► CallMachine (decides)
///       ▲                                   │
///       └───────── SipCore ◄────actions─────┴──► SessionMedia ──► MediaSession ◄──► SoundCardEnd
/// </code>
/// </remarks>
public sealed partial class Phone : IAsyncDisposable
{
    private static readonly KeyValuePair<string, string>[] RetryLater = [new("Retry-After", "30")];

    // An answered call sends media to wherever its offer says, before anybody there has said a word (the ACK): what that can come to has an end.
    private const int MaxUnconfirmed = 64;

    private readonly PhoneOptions _options;
    private readonly SignalingAgent _agent;
    private readonly MediaEngine _engine;
    private readonly PhoneSound _sound;
    private readonly PacketCapture? _capture;
    private readonly SignallingTaps _taps;
    private readonly IRandomSource _random;
    private readonly CallDeadlines _deadlines;
    private readonly Dictionary<SipCall, Call> _bySip = []; // signalling loop only
    private readonly ConditionalWeakTable<SipFlow, TransportComplaint> _complaints = []; // signalling loop only
    private readonly HashSet<Call> _calls = []; // signalling loop only
    private readonly RefusedCalls _refused; // signalling loop only
    private readonly Verifier? _verifier;
    private readonly KnownPeers? _pins;
    private readonly IceSettings? _ice;
    private Action<PhoneNotice>? _notice;
    private PhoneNotice? _untold;
    private volatile bool _hasCalled;
    private bool _closing;
    private readonly Lock _disposing = new();
    private Task? _disposal;

    private Phone(
        PhoneOptions options, SignalingAgent agent, MediaEngine engine, PhoneSound sound, PacketCapture? capture, SignallingTaps taps, IRandomSource random,
        (Verifier? Verifier, KnownPeers? Pins) known)
    {
        (_verifier, _pins) = known;
        if (_verifier is { } verifier) verifier.CannotKeep = why => Tell(new PhoneNotice("known-peers", $"{why}; this call's contact is not remembered"));
        _ice = options.Ice ? new IceSettings { Servers = IceServers.Read(options), Roots = options.TlsRoots, GatheringLimit = options.GatheringLimit } : null;
        _taps = taps;
        _random = random;
        _options = options;
        _agent = agent;
        _engine = engine;
        _sound = sound;
        _capture = capture;
        _deadlines = new CallDeadlines(action => Post(action));
        _refused = new RefusedCalls(Tell, action => Post(_ => action()));
        _sound.Notice += Tell;
        engine.NetworkChanged = agent.HandleNetworkChange;
        _taps.TraceFailed = wrong => ListenerFailed("what watches the SIP messages", wrong);
    }

    /// <summary>Somebody calls. A call that nobody takes rings until its caller gives up.</summary>
    public event Action<IncomingCall>? IncomingCall;

    /// <summary>Something that the user should know and that belongs to no single call: a sound card is gone, a codec is missing.</summary>
    /// <remarks>The first listener is told at once what was found at the start.</remarks>
    public event Action<PhoneNotice>? Notice
    {
        add
        {
            _notice += value;
            if (Interlocked.Exchange(ref _untold, null) is { } notice) value?.Invoke(notice);
            if (_capture is not null) _capture.Stopped = CaptureStopped; // not before: a full disk shows at once, and is told once
        }
        remove => _notice -= value;
    }

    /// <summary>Each SIP message: true when sent, the peer's address, the text with keys blanked. For people who look for a fault.</summary>
    public event Action<bool, string, string>? SipMessage
    {
        add => _taps.Trace += value;
        remove => _taps.Trace -= value;
    }

    internal PhoneSound Sound => _sound;

    /// <summary>Our SIP URI, with the port that was taken; of several addresses the one of the default route.</summary>
    public string ListenUri => _agent.ListenUri;

    /// <summary>Every SIP URI by which we can be called: one for each address of this machine that we listen on, IPv4 before IPv6, <see cref="ListenUri"/> first.</summary>
    /// <remarks>Looked up anew each time, as addresses come and go. Loopback only where there is no other; no link-local address of IPv6, which has no URI.</remarks>
    public IReadOnlyList<string> ListenUris => _agent.ListenUris;

    /// <summary>Places a call and waits until both sides talk.</summary>
    /// <param name="target">A SIP URI, <c>sip:user@host[:port]</c>.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancel">Gives up: the call is cancelled.</param>
    /// <exception cref="CallFailedException">It was refused, not answered, or cannot be; the end says why and what to do.</exception>
    /// <exception cref="Audio.Devices.AudioDeviceException">The microphone or speaker cannot be opened.</exception>
    /// <exception cref="ArgumentException"><paramref name="target"/> is no SIP URI.</exception>
    public async Task<Call> CallAsync(string target, CallOptions? options = null, CancellationToken cancel = default)
    {
        var call = await PlaceCallAsync(target, options, cancel).ConfigureAwait(false);
        using var hangUp = cancel.Register(call.HangUp);
        try
        {
            await call.Connected.ConfigureAwait(false);
        }
        catch (CallFailedException) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancel);
        }

        return call;
    }

    /// <summary>Opens the sound card now rather than with the first call, so that a call is heard from its first packet on.</summary>
    /// <exception cref="Audio.Devices.AudioDeviceException">The microphone or speaker cannot be opened.</exception>
    public void OpenSound() => _sound.Hold();

    /// <summary>Under- and overruns of the sound card that is open; 0 when none is.</summary>
    internal long SoundXruns => _sound.Xruns;

    /// <summary>Hangs up every call, waits at most two seconds until the others know, and closes everything.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_disposing) return new(_disposal ??= CloseAsync());
    }

    private async Task CloseAsync()
    {
        var ends = new TaskCompletionSource<Task[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(now =>
        {
            _closing = true;
            var calls = _calls.ToArray();
            ends.TrySetResult([.. calls.Select(c => c.Ended)]);
            foreach (var call in calls) call.Driver?.HangUp(now);
        });
        var farewell = LeaveAccountsAsync();
        await Task.WhenAll(await ends.Task.ConfigureAwait(false)).WaitAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await farewell.ConfigureAwait(false);
        // Who was given up and never answered, or was called meanwhile: without the loop nothing would end these any more.
        Post(now =>
        {
            foreach (var call in _calls.ToArray()) call.Driver?.ShutDown(now);
            _refused.TellAll();
        });
        if (_verifier is not null) await _verifier.FlushAsync().WaitAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _agent.DisposeAsync().ConfigureAwait(false);
        _deadlines.Dispose();
        // The card first: it calls the sessions, whose workers the engine ends.
        _sound.Dispose();
        _engine.Dispose();
        _capture?.Dispose();
    }

    /// <summary>Runs something on the signalling loop, then looks at the deadlines of the calls; false when the phone is closed.</summary>
    internal bool Post(Action<Instant> action) => _agent.Post((_, now) =>
    {
        try
        {
            action(now);
        }
        finally
        {
            Reschedule(); // a handler that throws must not cost the calls their deadlines
        }
    });

    private void Keep(Call call)
    {
        _calls.Add(call);
        _hasCalled = true;
    }

    /// <summary>The call is over: nothing of it stays.</summary>
    internal void Forget(Call call)
    {
        _calls.Remove(call);
        if (call.Driver?.Sip is { } sip) _bySip.Remove(sip);
        call.Media?.Dispose();
        call.ReleaseSound();
    }

    /// <summary>What listens to a call threw: its author wants to know, the call does not care.</summary>
    internal void ListenerFailed(Exception wrong) => ListenerFailed("what listens to a call", wrong);

    private void ListenerFailed(string who, Exception wrong) => Tell(new PhoneNotice("listener", $"{who} threw {wrong.GetType().Name}: {wrong.Message}"));

    /// <summary>An exception of ours, which cost what it broke and nothing else.</summary>
    private void TellFault(Exception wrong) =>
        Tell(new PhoneNotice("internal", $"a fault of earshot, please report it: {wrong.GetType().Name}: {wrong.Message}"));

    private void CaptureStopped(string why) =>
        Tell(new PhoneNotice("capture-stopped", $"the packet capture stopped ({why}); the call goes on without it"));

    private void Tell(PhoneNotice notice)
    {
        try
        {
            _notice?.Invoke(notice);
        }
        catch (Exception wrong)
        {
            // Nobody is left to be told; and on the thread that watches a sound card it would end the process.
            System.Diagnostics.Debug.WriteLine(wrong);
        }
    }

    private void OnSip(Instant now, SipEvent happened)
    {
        try
        {
            Handle(now, happened);
        }
        finally
        {
            Reschedule();
        }
    }

    private void Handle(Instant now, SipEvent happened)
    {
        if (happened is SipEvent.IncomingInvite invite) TakeInvite(now, invite);
        else if (happened is SipEvent.RegistrationChanged registration) HandleRegistration(registration);
        else if (CallOf(happened) is { } sip && _bySip.TryGetValue(sip, out var call)) call.Driver?.HandleSip(now, happened);
        else if (happened is SipEvent.InviteAnswered late) HangUpLate(now, late.Call);
    }

    // Answered after we had given up waiting for what our CANCEL would do.
    private void HangUpLate(Instant now, SipCall call)
    {
        _agent.Core.Ack(now, call);
        _agent.Core.Bye(now, call);
    }

    internal static SipCall? CallOf(SipEvent happened) => happened switch
    {
        SipEvent.InviteProgress e => e.Call,
        SipEvent.InviteAnswered e => e.Call,
        SipEvent.InviteFailed e => e.Call,
        SipEvent.AckReceived e => e.Call,
        SipEvent.AckMissing e => e.Call,
        SipEvent.Cancelled e => e.Call,
        SipEvent.ByeReceived e => e.Call,
        SipEvent.ByeCompleted e => e.Call,
        SipEvent.ReinviteReceived e => e.Call,
        SipEvent.InfoReceived e => e.Call,
        SipEvent.InfoCompleted e => e.Call,
        SipEvent.ReinviteAnswered e => e.Call,
        SipEvent.ReinviteFailed e => e.Call,
        SipEvent.CallTerminated e => e.Call,
        _ => null,
    };

    private void Reschedule()
    {
        var next = Instant.Never;
        foreach (var call in _calls)
            if (call.Driver is { } driver) next = Instant.Min(next, driver.PollTimeout());
        _deadlines.WakeAt(next, now =>
        {
            foreach (var call in _calls.ToArray())
                if (call.Driver is { } driver && driver.PollTimeout() <= now) driver.HandleTimeout(now);
        });
    }
}
