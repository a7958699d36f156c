// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Net;
using Earshot.Audio.Files;
using Earshot.Peers.Tests.Harness;

namespace Earshot.Peers.Tests.Browser;

/// <summary>What happens within a call with Chromium, from both sides: keys, hold, mute, the end; and what must not come about.</summary>
public sealed class BrowserSessionTests : IAsyncLifetime
{
    private readonly ScratchFolder _scratch = new();
    private readonly TaskCompletionSource<Call> _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<CallEvent> _steps = [];
    private Phone _phone = null!;
    private WebPage _page = null!;

    public async ValueTask InitializeAsync()
    {
        if (WebPage.Missing is { } missing) Assert.Skip(missing);
        _phone = await Phone.StartAsync(new PhoneOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Transport = SipTransportChoice.Ws,
            Microphone = "tone:1000",
            Speaker = "null",
            IdentityFile = _scratch.File("identity.pem"),
        });
        _phone.IncomingCall += call => _taken.TrySetResult(call.Accept(new CallOptions { OnEvent = Keep }));
        _page = await WebPage.ShowAsync(Repository.OtherSpeech);
    }

    public async ValueTask DisposeAsync()
    {
        if (_page is not null) await _page.DisposeAsync();
        if (_phone is not null) await _phone.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task KeysAreHeardOnBothSides()
    {
        var call = await ConnectAsync();
        call.Muted = true;
        await _page.Browser.ClickAsync("#keys");
        foreach (var key in "19*#0") await _page.Browser.ClickAsync($"[data-key='{key}']");
        await UntilAsync(() => Steps<CallDigit>().Count == 5);
        Assert.Equal("19*#0", string.Concat(Steps<CallDigit>().Select(step => step.Digit)));

        await _page.RecordAsync();
        Assert.True(call.SendDigit('5', TimeSpan.FromMilliseconds(300)));
        await Task.Delay(1000);
        // A browser tells its page nothing of keys, but plays them: 770 and 1336 Hz are a 5.
        var heard = WavReader.ReadAll(await _page.SaveRecordingAsync(_scratch.File("keys.wav")), out _);
        Assert.True(Loudest(heard, 770) > 10 * Loudest(heard, 941) && Loudest(heard, 1336) > 10 * Loudest(heard, 1477), "no 5 was heard");
    }

    [Fact]
    public async Task HoldAndResumeFromBothSides()
    {
        var call = await ConnectAsync();
        await _page.Browser.ClickAsync("#hold");
        await UntilAsync(() => call.Session is { HeldByPeer: true });
        await _page.Browser.SeesAsync("#state", "On hold");
        Assert.True(await HeardAsync(1000) < 0.02, "the browser's speaker still plays");
        await _page.Browser.ClickAsync("#hold");
        await UntilAsync(() => call.Session is { HeldByPeer: false });
        Assert.True(await HeardAsync(1000) > 0.1, "nothing is heard after the browser's hold");

        call.Hold();
        await _page.Browser.SeesAsync("#state", "On hold by the other side");
        call.Resume();
        await _page.Browser.SeesAsync("#state", "Talking");
        Assert.True(await HeardAsync(1000) > 0.1, "nothing is heard after our hold");
        await UntilAsync(() => call.GetStatistics()!.AudioLevel > 0.01);
        Assert.Empty(Steps<CallChangeRefused>());
    }

    [Fact]
    public async Task MuteOnEitherSideIsSilence()
    {
        var call = await ConnectAsync();
        await UntilAsync(() => call.GetStatistics()!.AudioLevel > 0.01);
        await _page.Browser.ClickAsync("#mute");
        await UntilAsync(() => call.GetStatistics()!.AudioLevel < 0.001);
        await _page.Browser.ClickAsync("#mute");
        await UntilAsync(() => call.GetStatistics()!.AudioLevel > 0.01);

        Assert.True(await HeardAsync(1000) > 0.1, "the tone is not heard");
        call.Muted = true;
        await Task.Delay(500);
        Assert.True(await HeardAsync(1000) < 0.02, "the muted tone is heard");
    }

    [Fact]
    public async Task EitherSideHangsUpAndWeCallBack()
    {
        var call = await ConnectAsync();
        call.HangUp();
        await _page.IsAsync("idle");
        Assert.Equal(CallEndReason.HungUp, (await call.Ended).End.Reason);

        var back = await _phone.PlaceCallAsync(call.CallBackUri!);
        await _page.IsAsync("ringing");
        await _page.Browser.ClickAsync("#answer");
        await back.Connected.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(await HeardAsync(1000) > 0.1, "nothing is heard in the call back");
        await _page.Browser.ClickAsync("#hangup");
        Assert.Equal(CallEndReason.RemoteHungUp, (await back.Ended.WaitAsync(TimeSpan.FromSeconds(10))).End.Reason);

        var declined = await _phone.PlaceCallAsync(call.CallBackUri!);
        await _page.IsAsync("ringing");
        await _page.Browser.ClickAsync("#decline");
        Assert.Equal(CallEndReason.Declined, (await declined.Ended.WaitAsync(TimeSpan.FromSeconds(10))).End.Reason);
    }

    // As somebody between the two could do who reads and writes the signalling: what one side, then what the other announces, is not its own.
    [Theory]
    [InlineData("const send = WebSocket.prototype.send; WebSocket.prototype.send = function (text) { return send.call(this, other(text)); };")]
    [InlineData("Object.defineProperty(WebSocket.prototype, 'onmessage', { set(take) { this.addEventListener('message', ({ data }) => take({ data: other(data) })); } });")]
    public async Task AnotherCertificateThanAnnouncedIsNoCall(string inBetween)
    {
        await _page.Browser.EvaluateAsync(
            "(() => { const other = (text) => text.replace(/(a=fingerprint:sha-256 ..:)(.)/, (_, before, digit) => before + (digit === '0' ? '1' : '0')); " + inBetween + " })()");
        await CallAsync();
        var call = await _taken.Task.WaitAsync(TimeSpan.FromSeconds(20));
        var ended = await call.Ended.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(CallEndReason.NotEncrypted, ended.End.Reason);
        Assert.Empty(Steps<CallHeard>());
        await _page.IsAsync("idle");
    }

    [Fact]
    public async Task AnOfferWithPictureAndDataIsACallWithSound()
    {
        // Seven kilobytes in one INVITE; the picture is refused in its place.
        await _page.Browser.EvaluateAsync(
            "const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices); navigator.mediaDevices.getUserMedia = () => ask({ audio: true, video: true }); 0");
        await ConnectAsync();
        Assert.True(await HeardAsync(1000) > 0.1, "nothing is heard");
    }

    private void Keep(CallEvent step)
    {
        lock (_steps) _steps.Add(step);
    }

    private List<T> Steps<T>()
    {
        lock (_steps) return [.. _steps.OfType<T>()];
    }

    private Task CallAsync() => _page.CallAsync(int.Parse(_phone.ListenUri.Split(':')[2].Split(';')[0], CultureInfo.InvariantCulture));

    private async Task<Call> ConnectAsync()
    {
        await CallAsync();
        await _page.IsAsync("talking");
        var call = await _taken.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await call.Connected.WaitAsync(TimeSpan.FromSeconds(20));
        return call;
    }

    /// <summary>How much of our tone of 1000 Hz the page plays; full scale is 1.</summary>
    private async Task<double> HeardAsync(int milliseconds)
    {
        await _page.RecordAsync();
        await Task.Delay(milliseconds);
        var heard = WavReader.ReadAll(await _page.SaveRecordingAsync(_scratch.File("tone.wav")), out _);
        // The first part may be what was on its way before.
        return Loudest(heard.AsSpan(heard.Length / 2), 1000);
    }

    /// <summary>The amplitude of a frequency in the loudest tenth of a second (Goertzel).</summary>
    private static double Loudest(ReadOnlySpan<short> samples, double frequency)
    {
        const int Window = 4800;
        var coefficient = 2 * Math.Cos(2 * Math.PI * frequency / 48000);
        var loudest = 0.0;
        for (var from = 0; from + Window <= samples.Length; from += Window)
        {
            var (last, before) = (0.0, 0.0);
            foreach (var sample in samples.Slice(from, Window)) (last, before) = ((sample / 32768.0) + (coefficient * last) - before, last);
            loudest = Math.Max(loudest, 2 * Math.Sqrt((last * last) + (before * before) - (coefficient * last * before)) / Window);
        }

        return loudest;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; i < 1000 && !holds(); i++) await Task.Delay(20);
        Assert.True(holds(), "it did not come to that in 20 s");
    }
}
