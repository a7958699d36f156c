// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Protocol;
using Earshot.Protocol.Sip;
using Earshot.Signaling.Transport;

namespace Earshot.Signaling;

/// <summary>A SIP user agent on real sockets: one loop thread runs the core, everything else posts to it.</summary>
/// <remarks>
/// <code>
/// UDP reader ─┐                     ┌─► UDP send
/// TCP readers ┼─► Mailbox ─► loop ──┼─► TCP queues
/// Post        ┘    core.Handle…     └─► events (callback)
///                  drain: PollTransmit, PollEvent, PollTimeout
/// </code>
/// Thread: any, but where the loop is named.
/// </remarks>
internal sealed class SignalingAgent : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly SignalingAgentOptions _options;
    private readonly Action<Instant, SipEvent> _onEvent;
    private readonly Mailbox _mailbox = new();
    private readonly ISipResolver _resolver;
    private readonly SipSockets _sockets;
    private readonly SipCore _core;
    private readonly Thread _loop;
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<SipCall> _calls = [];
    private readonly ConnectedContacts _contacts = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Instant _closeBy = Instant.Never;
    private bool _failed;
    private int _disposed;

    private SignalingAgent(SignalingAgentOptions options, Action<Instant, SipEvent> onEvent)
    {
        _options = options;
        _onEvent = onEvent;
        _resolver = options.Resolver ?? new SystemResolver();
        _core = new SipCore(options.Core, options.Random ?? new SystemRandom());
        _sockets = new SipSockets(
            ListenSockets.Bind(options.Listen, options.Accepts), new Carriers(options.Tls, options.Origins), _mailbox, options.Tap, Failed,
            (flow, cause, why) => options.OnComplaint?.Invoke(flow, cause, why));
        _loop = new Thread(Run) { Name = "signalling", IsBackground = true };
    }

    /// <summary>What is bound; the address may be a wildcard, the port is the real one.</summary>
    public IPEndPoint ListenEndPoint => _sockets.EndPoint;

    /// <summary>A URI by which this agent can be called, e.g. <c>sip:earshot@192.0.2.1:5060</c>; never a wildcard.</summary>
    public string ListenUri => UriAt(OwnAddresses.First(_sockets.EndPoint.Address));

    /// <summary>Every such URI: bound to a wildcard, one for each address of this machine, <see cref="ListenUri"/> first.</summary>
    public IReadOnlyList<string> ListenUris => [.. OwnAddresses.All(_sockets.EndPoint.Address).Select(UriAt)];

    /// <summary>Socket errors and datagrams dropped so far.</summary>
    public (long SocketErrors, long Dropped) Counters => (_sockets.SocketErrors, _sockets.Dropped);

    /// <summary>Binds, then starts the loop.</summary>
    /// <param name="options">What to listen on, and who we are.</param>
    /// <param name="onEvent">Called on the loop for every event but <see cref="SipEvent.ResolveNeeded"/>, which the agent answers itself.</param>
    /// <param name="stop">Gives up before the start.</param>
    /// <exception cref="SignalingTransportException">The port is taken, or the address is not ours; the message says so.</exception>
    public static Task<SignalingAgent> StartAsync(
        SignalingAgentOptions options, Action<Instant, SipEvent> onEvent, CancellationToken stop = default)
    {
        stop.ThrowIfCancellationRequested();
        var agent = new SignalingAgent(options, onEvent);
        agent._sockets.Start();
        agent._loop.Start();
        return Task.FromResult(agent);
    }

    /// <summary>The core, to be touched on the loop alone: in <see cref="Post"/> and in the event callback.</summary>
    public SipCore Core => _core;

    /// <summary>Runs something on the loop, with the core; false when the agent is closed and it never will. From a handler the core may also be used at once.</summary>
    public bool Post(Action<SipCore, Instant> run) => _mailbox.Post(now => run(_core, now));

    /// <summary>Runs something on the loop and gives its result, or throws what it threw.</summary>
    /// <exception cref="ObjectDisposedException">The agent was closed before it came to that.</exception>
    public async Task<T> PostAsync<T>(Func<SipCore, Instant, T> run)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post((core, now) =>
        {
            try
            {
                result.SetResult(run(core, now));
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        });
        await Task.WhenAny(result.Task, _ended.Task).ConfigureAwait(false);
        ObjectDisposedException.ThrowIf(!result.Task.IsCompleted, this);
        return await result.Task.ConfigureAwait(false);
    }

    /// <summary>The flows to a peer in order of preference, none when it cannot be reached: their local address belongs into an offer.</summary>
    public async Task<IReadOnlyList<SipFlow>> ResolveAsync(string uri, bool preferReliable = false, CancellationToken stop = default)
    {
        if (ConnectedContacts.IsOne(uri))
            return await PostAsync<IReadOnlyList<SipFlow>>((_, _) => _contacts.Find(uri) is { } flow ? [flow] : []).WaitAsync(stop).ConfigureAwait(false);
        var hops = await _resolver.ResolveAsync(uri, preferReliable, stop).ConfigureAwait(false);
        return await PostAsync((_, now) => _sockets.FlowsTo(now, hops)).WaitAsync(stop).ConfigureAwait(false);
    }

    /// <summary>This machine has other addresses: what calls say from now on names those that lead to their peers, and connections that left from an address that is gone are opened anew. Any thread.</summary>
    public void HandleNetworkChange() => Post((core, now) =>
    {
        _sockets.ForgetRoutes();
        foreach (var call in _calls)
        {
            if (call.Flow is not { } flow || _sockets.Again(now, flow) is not { } fresh || fresh == flow) continue;
            if (flow.IsReliable) Failed(now, flow, TransportFailure.Closed);
            else core.Move(call, fresh);
        }
        core.RenewRegistrations(now);
    });

    /// <summary>Waits briefly for the answers to our BYEs, then closes everything.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            await _ended.Task.ConfigureAwait(false);
            return;
        }
        _mailbox.Post(now => _closeBy = now + _options.CloseLimit);
        await _ended.Task.ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _sockets.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Run()
    {
        while (!IsOver(MonotonicClock.Now))
        {
            var hasLetter = _mailbox.TryTake(UntilNextDeadline(), out var letter);
            _failed = false;
            if (hasLetter)
            {
                Guarded(now => Open(now, letter));
                // What a slow handler asked for leaves before the deadline of its repetition is looked at.
                Guarded(Drain);
            }
            Guarded(HandleDeadlines);
            Guarded(Drain);
        }

        // Whoever posted before the end is waiting for it.
        _mailbox.Close();
        while (_mailbox.TryTake(TimeSpan.Zero, out var letter)) Guarded(now => Open(now, letter));
        Guarded(Drain);
        _ended.TrySetResult();
    }

    private string UriAt(IPAddress address) => $"sip:{(_options.Core.User is { Length: > 0 } user ? user + "@" : "")}{new IPEndPoint(address, _sockets.EndPoint.Port)}"
        + (_options.Accepts == SipTransport.Tcp ? "" : $";transport={_options.Accepts.ToString().ToLowerInvariant()}");

    // Top frame: a handler that throws costs its own work, never the loop.
    private void Guarded(Action<Instant> step)
    {
        try
        {
            step(MonotonicClock.Now);
        }
        catch (Exception e)
        {
            _failed = true;
            Report(e);
        }
    }

    private void Report(Exception error)
    {
        try
        {
            _options.OnError?.Invoke(error);
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"signalling: the error handler failed: {e.Message}");
        }
    }

    // Once told to close, the loop lives as long as a BYE of ours waits for its answer, but not for ever.
    private bool IsOver(Instant now)
    {
        if (_closeBy == Instant.Never) return false;
        foreach (var call in _calls)
        {
            if (call.State == SipCallState.Leaving) return now >= _closeBy;
        }
        return true;
    }

    private TimeSpan UntilNextDeadline()
    {
        var deadline = Instant.Min(Instant.Min(_core.PollTimeout(), _sockets.PollTimeout()), _closeBy);
        var now = MonotonicClock.Now;
        // What just failed may fail again at once: do not spin on it.
        if (_failed) deadline = Instant.Max(deadline, now + TimeSpan.FromMilliseconds(20));
        return deadline == Instant.Never || deadline - now > LongestWait ? LongestWait : deadline - now;
    }

    private void Open(Instant now, in Letter letter)
    {
        if (letter.Run is { } run)
        {
            run(now);
            return;
        }
        try
        {
            if ((letter.Connection ?? _sockets.FlowFrom(now, letter.Sender!)) is { } flow)
            {
                _options.Tap?.Received(letter.At, flow, letter.Packet);
                _core.HandlePacket(now, flow, letter.Packet);
            }
        }
        finally
        {
            letter.Release();
        }
    }

    private void HandleDeadlines(Instant now)
    {
        if (_core.PollTimeout() <= now) _core.HandleTimeout(now);
        if (_sockets.PollTimeout() <= now) _sockets.HandleTimeout(now);
    }

    /// <summary>Sends now what the core has to say, from a handler that has slow work before it. On the loop alone.</summary>
    public void Flush() => Transmit(MonotonicClock.Now);

    private void Transmit(Instant now)
    {
        while (_core.PollTransmit(out var flow, out var message)) _sockets.Send(now, flow, message);
    }

    private void Drain(Instant now)
    {
        while (true)
        {
            Transmit(now);
            if (!_core.PollEvent(out var happened)) return;
            Follow(happened);
            if (happened is SipEvent.ResolveNeeded need) Resolve(need);
            else Guarded(at => _onEvent(at, happened));
        }
    }

    private void Resolve(SipEvent.ResolveNeeded need) => _ = ResolveThenAsync(need);

    private async Task ResolveThenAsync(SipEvent.ResolveNeeded need)
    {
        IReadOnlyList<SipHop> hops = [];
        try
        {
            hops = await _resolver.ResolveAsync(need.Uri, need.PreferReliable, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _mailbox.Post(_ => Report(e));
        }
        _mailbox.Post(now => _core.HandleResolved(now, need.Query, _sockets.FlowsTo(now, hops)));
    }

    // A failure is told in a turn of its own: the core may be in the midst of giving out messages.
    private void Failed(Instant now, SipFlow flow, TransportFailure cause) => _mailbox.Post(at =>
    {
        _contacts.Forget(flow);
        _core.HandleTransportFailure(at, flow, cause);
    });

    private void Follow(SipEvent happened)
    {
        switch (happened)
        {
            case SipEvent.IncomingInvite e:
                _calls.Add(e.Call);
                if (e.Call.Flow is { } flow) _contacts.Learn(flow, e.Call.RemoteTarget);
                break;
            case SipEvent.InviteProgress e: _calls.Add(e.Call); break;
            case SipEvent.InviteAnswered e: _calls.Add(e.Call); break;
            case SipEvent.CallTerminated e: _calls.Remove(e.Call); break;
        }
    }
}
