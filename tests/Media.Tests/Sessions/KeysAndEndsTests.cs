// SPDX-License-Identifier: MIT
namespace Earshot.Media.Tests.Sessions;

public class KeysAndEndsTests
{
    [Theory]
    [InlineData("opus")]
    [InlineData("pcmu")]
    public void KeysGoBothWays(string codec)
    {
        using var call = new CallPair(new() { Codecs = [codec] });
        CallPair.Talk(0.2);
        Assert.True(call.Caller.SendDtmf('4', TimeSpan.FromMilliseconds(80)));
        Assert.True(call.Caller.SendDtmf('2', TimeSpan.FromMilliseconds(80)));
        Assert.True(call.Callee.SendDtmf('#', TimeSpan.FromMilliseconds(80)));
        CallPair.Until(() => call.CalleeEvents.Count(e => e.Kind == MediaEventKind.DtmfReceived) == 2, "two keys");
        CallPair.Until(() => call.CallerEvents.Any(e => e is { Kind: MediaEventKind.DtmfReceived, Digit: '#' }), "a key");
        Assert.Equal("42", string.Concat(call.CalleeEvents.Where(e => e.Kind == MediaEventKind.DtmfReceived).Select(e => e.Digit)));
    }

    [Fact]
    public void AMutedMicrophoneSendsSilenceAndNotNothing()
    {
        using var call = new CallPair();
        call.Caller.Mute = true;
        CallPair.Talk(0.8);
        Assert.True(Signals.Rms(call.CalleeEnd!.Heard[^9600..]) < 20);
        Assert.True(call.Callee.GetStatistics().PacketsReceived > 20);
    }

    [Fact]
    public void AnEchoSendsBackWhatItHears()
    {
        using var call = new CallPair(callerSays: Signals.Tone(600));
        call.Callee.AttachEcho();
        CallPair.Talk(1.2);
        CallPair.UntilHeard(call.CallerEnd!, 600);
    }

    [Fact]
    public void APeerThatFallsSilentIsTold()
    {
        using var call = new CallPair(new() { SilenceTimeout = TimeSpan.FromMilliseconds(300) });
        CallPair.Talk(0.3);
        call.Caller.Stop();
        CallPair.Until(() => call.CalleeEvents.Any(e => e.Kind == MediaEventKind.Silence), "silence");
        Assert.Contains(call.CalleeEvents, e => e.Kind == MediaEventKind.RemoteRtcpBye);
    }

    [Fact]
    public void EarlyMediaFlowsBeforeTheFinalAnswer()
    {
        using var engine = CallPair.NewEngine();
        using var caller = engine.CreateSession(new());
        using var callee = engine.CreateSession(new());
        var offer = caller.CreateOffer(System.Net.IPAddress.Loopback);
        var answer = callee.AcceptOffer(offer, System.Net.IPAddress.Loopback);
        Assert.True(caller.AcceptAnswer(answer.Answer, final: false).Accepted);
        TestEnd? end = null;
        callee.AttachEnd(now => new TestEnd(callee, Signals.Tone(440), now));
        caller.AttachEnd(now => end = new TestEnd(caller, Signals.Tone(600), now));
        callee.Start();
        CallPair.Until(() => end?.Heard.Length > 48000, "early media");
        CallPair.UntilHeard(end!, 440);
        Assert.True(caller.AcceptAnswer(answer.Answer).Accepted);
        Assert.True(caller.AcceptAnswer(answer.Answer).Accepted);
        caller.Start();
        CallPair.Until(() => callee.GetStatistics().PacketsReceived > 10, "media towards the callee");
        Assert.Null(engine.Failure);
    }
}
