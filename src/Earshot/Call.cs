// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Earshot.Calls;
using Earshot.Media;
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol;

namespace Earshot;

/// <summary>One call, from its first step to its end.</summary>
/// <remarks>Thread: any. Steps are told on the phone's own thread, past ones on the subscriber's.</remarks>
public sealed partial class Call : IAsyncDisposable, ICallListener
{
    private static readonly TimeSpan CallersTurn = TimeSpan.FromSeconds(2);

    private readonly Phone _phone;
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<CallEnded> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CallSteps _steps;
    private long _connectedAt;
    private volatile CallSession? _session;
    private int _isAnswered;
    private int _restarts; // signalling loop only
    private bool _waitsForCaller; // signalling loop only
    private string? _relayEnd; // signalling loop only
    private PhoneSound? _sound;

    internal Call(Phone phone, CallMachine machine, SessionMedia? media, bool incoming, string remoteUri, string? remoteName)
    {
        _phone = phone;
        _steps = new CallSteps(phone.ListenerFailed);
        Machine = machine;
        Media = media;
        IsIncoming = incoming;
        RemoteUri = remoteUri;
        RemoteName = remoteName;
        // A call that fails before anybody awaits it is no unobserved error.
        _ = _connected.Task.ContinueWith(t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    /// <summary>The SIP Call-ID; empty until the call has one.</summary>
    public string CallId { get; internal set; } = "";

    /// <summary>The other side's SIP URI.</summary>
    public string RemoteUri { get; }

    /// <summary>The other side's name as it gives it; null when it gives none. Not verified by anybody.</summary>
    public string? RemoteName { get; }

    /// <summary>The SIP URI by which whoever called wishes to be called back, while the phone runs; null for a call of ours. Not verified by anybody.</summary>
    /// <remarks>A page in a browser is reached over the connection that it opened, as long as that stands.</remarks>
    public string? CallBackUri { get; internal init; }

    /// <summary>The account that calls or is called; null for none.</summary>
    public Account? Account { get; internal init; }

    /// <summary>True when the other side called.</summary>
    public bool IsIncoming { get; }

    /// <summary>What was agreed; null until it was.</summary>
    public CallSession? Session => _session;

    /// <summary>Done when both sides talk.</summary>
    /// <exception cref="CallFailedException">The call ended before.</exception>
    public Task Connected => _connected.Task;

    /// <summary>Done when the call is over; never fails.</summary>
    public Task<CallEnded> Ended => _ended.Task;

    /// <summary>Since both sides talk.</summary>
    public TimeSpan Talked => Volatile.Read(ref _connectedAt) is var at && at == 0 ? TimeSpan.Zero
        : Ended.IsCompletedSuccessfully ? Ended.Result.Talked : Stopwatch.GetElapsedTime(at);

    /// <summary>Sends silence instead of the microphone.</summary>
    public bool Muted
    {
        get => Media?.Mute ?? false;
        set
        {
            if (Media is not null) Media.Mute = value;
        }
    }

    internal CallMachine Machine { get; }

    internal SessionMedia? Media { get; }

    internal CallDriver? Driver { get; set; }

    /// <summary>Where the INVITE came from; null for a call of ours.</summary>
    internal IPAddress? CallerAddress { get; init; }

    /// <summary>Nothing less than DTLS was tried, or taken.</summary>
    internal bool IsHeldToDtls { get; init; }

    /// <summary>The INVITE came without an offer.</summary>
    internal bool WasAskedToOffer { get; init; }

    /// <summary>It came from others, and nobody here has answered or refused it. Thread: the signalling loop.</summary>
    internal bool IsUnanswered => IsIncoming && Volatile.Read(ref _isAnswered) == 0 && Machine.Phase == CallPhase.Incoming;

    /// <summary>It came from others, and its answer is not confirmed yet, or not given. Thread: the signalling loop.</summary>
    internal bool IsUnconfirmed => IsIncoming && Machine.Phase is CallPhase.Incoming or CallPhase.Answering or CallPhase.HangingUp;

    /// <summary>Somebody here says that it shall be answered; true the first time.</summary>
    internal bool TryBeginAnswer() => Interlocked.Exchange(ref _isAnswered, 1) == 0;

    /// <summary>Ends the call, whatever state it is in: CANCEL, a refusal or BYE. <see cref="Ended"/> tells when it is over.</summary>
    public void HangUp() => Do((driver, now) =>
    {
        Media?.StopRinging();
        driver.HangUp(now);
    });

    /// <summary>Puts the other side on hold.</summary>
    public void Hold() => SetHold(true);

    /// <summary>Takes the other side off hold.</summary>
    public void Resume() => SetHold(false);

    /// <summary>Offers these codecs, in this order, for the rest of the call.</summary>
    /// <param name="codecs">Of <c>opus</c>, <c>g722</c>, <c>pcmu</c>, <c>pcma</c>.</param>
    /// <exception cref="ArgumentException">None is named, or one that does not exist; the message says which there are.</exception>
    /// <exception cref="Audio.Native.NativeLibraryMissingException">One has no library here; one line that says what to install.</exception>
    public void ChangeCodecs(params IReadOnlyList<string> codecs)
    {
        ArgumentNullException.ThrowIfNull(codecs);
        string[] wished = [.. codecs]; // theirs may change after the check
        UsableCodecs.Demand(wished, CodecOffers.MissingLibrary);
        Do((driver, now) =>
        {
            if (Media is not null) Media.Codecs = wished;
            driver.ChangeSession(now);
        });
    }

    /// <summary>Sends a key as telephone-event (RFC 4733).</summary>
    /// <param name="digit"><c>0</c>–<c>9</c>, <c>*</c>, <c>#</c>, <c>A</c>–<c>D</c>.</param>
    /// <param name="duration">40 ms to 6 s.</param>
    /// <returns>False when the other side takes no keys, or there is no media yet.</returns>
    public bool SendDigit(char digit, TimeSpan duration) => Session is not null && Media?.Session?.SendDtmf(digit, duration) == true;

    /// <summary>The counters now; null while there is no media.</summary>
    public MediaStatistics? GetStatistics() => Session is null ? Ended.IsCompletedSuccessfully ? Ended.Result.Statistics : null : Media?.Session?.GetStatistics();

    /// <summary>Tells every step to <paramref name="listener"/>, in order and one at a time.</summary>
    /// <remarks>
    /// The steps that were (the last 256) are told at once, on the calling thread; later ones on the phone's own thread: be quick there, do not
    /// block. A step that happens while the past is being told follows it on the calling thread. No lock is held: the listener may call anything
    /// of <see cref="Call"/> and <see cref="Phone"/>. What it throws is told by <see cref="Phone.Notice"/>, and the call goes on.
    /// </remarks>
    public void Subscribe(Action<CallEvent> listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        _steps.Subscribe(listener);
    }

    /// <summary>Every step of the call, past ones first; ends after <see cref="CallEnded"/>.</summary>
    /// <remarks>Whoever reads slower than 256 steps misses the oldest.</remarks>
    public async IAsyncEnumerable<CallEvent> Events([EnumeratorCancellation] CancellationToken cancel = default)
    {
        var steps = Channel.CreateBounded<CallEvent>(
            new BoundedChannelOptions(CallSteps.MaxKept) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
        Subscribe(step => steps.Writer.TryWrite(step));
        await foreach (var step in steps.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
        {
            yield return step;
            if (step is CallEnded) yield break;
        }
    }

    /// <summary>Hangs up and waits, at most two seconds, until the other side knows.</summary>
    public async ValueTask DisposeAsync()
    {
        HangUp();
        await ((Task)Ended).WaitAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    void ICallListener.OnRinging(int status, bool earlyMedia)
    {
        Media?.HandleRinging(status, earlyMedia);
        Tell(new CallRinging(Age, status, earlyMedia));
    }

    void ICallListener.OnConnected()
    {
        _phone.HandleKeys(this); // they may be there while their own event is still on its way
        Volatile.Write(ref _connectedAt, Stopwatch.GetTimestamp());
        _session = SessionNow();
        Tell(new CallConnected(Age, _session));
        _connected.TrySetResult();
    }

    void ICallListener.OnChanged()
    {
        _restarts = 0;
        _session = SessionNow();
        Tell(new CallChanged(Age, _session));
    }

    void ICallListener.OnChangeRefused(int status, string message)
    {
        Media?.ForgetWishes();
        if (status == 503 && RestartLater()) return;
        Tell(new CallChangeRefused(Age, status, message));
    }

    void ICallListener.OnEnded(CallEnd end)
    {
        end = CallEnds.Knowing(end, IsHeldToDtls, _relayEnd);
        var talked = _connectedAt == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_connectedAt);
        var ended = new CallEnded(Age, end, talked, Session is null ? null : Media?.Session?.GetStatistics());
        Tell(ended);
        _connected.TrySetException(new CallFailedException(end));
        _ended.TrySetResult(ended);
        _phone.Forget(this);
    }

    /// <summary>What happened in media, on the signalling loop.</summary>
    internal void OnMedia(MediaEvent happened, Instant now)
    {
        switch (happened.Kind)
        {
            case MediaEventKind.FirstAudioPlayed:
                Tell(new CallHeard(Age - (now - happened.At)));
                break;
            case MediaEventKind.DtmfReceived:
                Tell(new CallDigit(Age, happened.Digit));
                break;
            case MediaEventKind.Silence:
                Driver?.HandleSilence(now, happened.At - happened.Since);
                break;
            case MediaEventKind.KeysAgreed:
                _phone.HandleKeys(this);
                Driver?.HandleKeysAgreed();
                break;
            case MediaEventKind.PathFound:
                if (_session is not null) _session = SessionNow();
                Driver?.HandleKeysAgreed();
                break;
            case MediaEventKind.PathDoubtful when _session is not null && IsIncoming:
                RestartUnlessTheCallerDoes();
                break;
            case MediaEventKind.PathDoubtful or MediaEventKind.NetworkChanged when _session is not null:
                Restart(now);
                break;
            case MediaEventKind.CandidatesFound:
                Driver?.HandleCandidates(now);
                break;
            case MediaEventKind.PathFailed:
                Driver?.HandlePathFailed(now, _session is null ? CallEnds.NoPath : CallEnds.PathLost);
                break;
            case MediaEventKind.KeysFailed when Media?.Session is { AwaitsPath: true }:
                Driver?.HandleKeysFailed(now, CallEnds.NoPath);
                break;
            case MediaEventKind.KeysFailed when Media?.Session?.KeyFailure is { } outcome:
                Driver?.HandleKeysFailed(now, outcome.Failure switch
                {
                    DtlsFailure.OtherThanConfirmed => CallEnds.NotConfirmed(outcome.Sentence),
                    DtlsFailure.FingerprintMismatch => CallEnds.SomebodyBetween(outcome.Sentence),
                    _ => CallEnds.NoKeys(outcome.Sentence),
                });
                break;
            case MediaEventKind.ServerEnded when Media?.Session?.TryTakeServerEnd(out var end) == true:
                _relayEnd = end.IsRelay ? end.Why : _relayEnd;
                Tell(new CallNotice(Age, end.IsRelay ? "relay" : "stun", end.Why));
                break;
            case MediaEventKind.Failed:
                Driver?.HandleMediaFailed(now);
                break;
            case MediaEventKind.SecurityRefusal:
                Tell(new CallNotice(Age, "security-refusal", "packets that are not encrypted with this call's keys were refused; none was played"));
                break;
            case MediaEventKind.RemoteAddressChanged when _session is not null:
                _session = SessionNow();
                break;
        }
    }

    private void Restart(Instant now)
    {
        if (Media?.RestartIce() != true) return;
        _restarts = 1;
        Driver?.ChangeSession(now);
    }

    // A way that dies is doubted on both sides in the same moment, and two offers that cross cost seconds (RFC 3261 §14.1). Who has another network now
    // says so at once, as nobody else can.
    private void RestartUnlessTheCallerDoes()
    {
        if (_waitsForCaller) return;
        _waitsForCaller = true;
        var before = Media?.Session?.IceGeneration;
        _ = Task.Delay(CallersTurn).ContinueWith(
            _ => _phone.Post(now =>
            {
                _waitsForCaller = false;
                if (Media?.Session?.IceGeneration is { } still && still == before) Restart(now);
            }),
            TaskScheduler.Default);
    }

    /// <summary>This call holds the sound card until it is forgotten; a call that is over lets go at once.</summary>
    internal void KeepSound(PhoneSound held)
    {
        Interlocked.Exchange(ref _sound, held);
        if (Ended.IsCompleted) ReleaseSound();
    }

    internal void ReleaseSound() => Interlocked.Exchange(ref _sound, null)?.Release();

    // An address is there before the routes that lead from it: what could not leave does so a moment later, five times at most.
    private bool RestartLater()
    {
        if (_restarts is 0 or > 5) return false;
        var wait = TimeSpan.FromMilliseconds(250 << (_restarts++ - 1));
        _ = Task.Delay(wait).ContinueWith(
            _ => _phone.Post(now =>
            {
                if (_restarts > 0 && Media?.RestartIce() == true) Driver?.ChangeSession(now);
            }),
            TaskScheduler.Default);
        return true;
    }

    internal void Tell(CallEvent step) => _steps.Tell(step);

    internal TimeSpan Age => Stopwatch.GetElapsedTime(_began);

    private void SetHold(bool hold) => Do((driver, now) =>
    {
        if (Media is null || Media.OnHold == hold) return;
        Media.OnHold = hold;
        driver.ChangeSession(now);
    });

    private void Do(Action<CallDriver, Instant> wish) => _phone.Post(now =>
    {
        if (Driver is not null) wish(Driver, now);
    });

    private CallSession SessionNow()
    {
        var facts = Media!.Session?.Facts ?? throw new InvalidOperationException("connected without an agreed session");
        return new(
            facts.Codec,
            facts.Rate,
            TimeSpan.FromMilliseconds(facts.PacketTimeMs),
            facts.KeyExchange,
            facts.SrtpProfile,
            SignallingProtected: Driver?.Sip?.Flow is { IsProtected: true },
            facts.Local.ToString(),
            facts.Remote?.ToString(),
            Media.IsHeld,
            facts.HeldByPeer)
        { PeerFingerprint = facts.PeerFingerprint, PeerConfirmed = _confirmedAs is not null, Ice = facts.Ice };
    }
}
