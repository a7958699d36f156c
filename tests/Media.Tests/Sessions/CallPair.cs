// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using System.Net;
using Earshot.Protocol.Sdp;

namespace Earshot.Media.Tests.Sessions;

/// <summary>Two sessions on loopback, offered and answered, each with an end that says a sound and keeps what it hears.</summary>
internal sealed class CallPair : IDisposable
{
    private readonly bool _ownsEngine;

    public CallPair(MediaSessionOptions? caller = null, MediaSessionOptions? callee = null, short[]? callerSays = null, short[]? calleeSays = null,
        MediaEngine? engine = null, bool portable = false, Func<byte[], byte[]>? rewriteOffer = null, Func<byte[], byte[]>? rewriteAnswer = null, bool start = true)
    {
        _ownsEngine = engine is null;
        Engine = engine ?? NewEngine(portable);
        Caller = Engine.CreateSession((caller ?? new()) with { OnEvent = (_, e) => CallerEvents.Enqueue(e) });
        Callee = Engine.CreateSession((callee ?? caller ?? new()) with { OnEvent = (_, e) => CalleeEvents.Enqueue(e) });
        var offer = Caller.CreateOffer(IPAddress.Loopback).ToArray();
        Answered = Callee.AcceptOffer(rewriteOffer?.Invoke(offer) ?? offer, IPAddress.Loopback);
        if (!Answered.Accepted)
            return;
        var accepted = Caller.AcceptAnswer(rewriteAnswer?.Invoke(Answered.Answer.ToArray()) ?? Answered.Answer);
        Assert.True(accepted.Accepted, accepted.Reason);
        Caller.AttachEnd(now => CallerEnd = new TestEnd(Caller, callerSays ?? Signals.Tone(600), now));
        Callee.AttachEnd(now => CalleeEnd = new TestEnd(Callee, calleeSays ?? Signals.Tone(1000), now));
        if (!start)
            return;
        Caller.Start();
        Callee.Start();
    }

    public MediaEngine Engine { get; }

    public MediaSession Caller { get; }

    public MediaSession Callee { get; }

    public MediaNegotiationResult Answered { get; }

    public TestEnd? CallerEnd { get; private set; }

    public TestEnd? CalleeEnd { get; private set; }

    public ConcurrentQueue<MediaEvent> CallerEvents { get; } = new();

    public ConcurrentQueue<MediaEvent> CalleeEvents { get; } = new();

    public static MediaEngine NewEngine(bool portable = false, IMediaCodecs? codecs = null) =>
        new(new() { Random = new TestRandom(Random.Shared.Next()), BindAddress = IPAddress.Loopback, PortableTransport = portable, Codecs = codecs ?? new PlainCodecs(), Workers = 1 });

    /// <summary>The caller offers anew and the callee answers.</summary>
    public void Renegotiate(MediaDirection direction, params string[] codecs)
    {
        var offer = Caller.CreateReoffer(direction, codecs.Length == 0 ? null : codecs);
        var answered = Callee.AcceptReoffer(offer);
        Assert.True(answered.Accepted, answered.Reason);
        var accepted = Caller.AcceptAnswer(answered.Answer);
        Assert.True(accepted.Accepted, accepted.Reason);
    }

    /// <summary>Lets the call go on.</summary>
    public static void Talk(double seconds) => Thread.Sleep(TimeSpan.FromSeconds(seconds));

    /// <summary>Waits for something that must come: a minute, because machines are busy.</summary>
    public static void Until(Func<bool> condition, string what)
    {
        for (var until = MonotonicClock.Now + TimeSpan.FromMinutes(1); !condition(); Thread.Sleep(10))
            Assert.True(MonotonicClock.Now < until || condition(), $"never: {what}");
    }

    /// <summary>Waits until the last of what an end heard is this tone: a busy machine may have torn it a moment ago. A tenth of a second: playout may be moving, 0.2 %.</summary>
    public static void UntilHeard(TestEnd end, int hertz, int samples = 4800) =>
        Until(() => end.Heard.Length >= samples && Signals.ShareAt(end.Heard[^samples..], hertz) > 0.8, $"{hertz} Hz heard");

    public void Dispose()
    {
        Caller.Dispose();
        Callee.Dispose();
        var failure = Engine.Failure;
        if (_ownsEngine)
            Engine.Dispose();
        Assert.Null(failure);
    }
}
