// SPDX-License-Identifier: MIT
using Earshot.Peers.Tests.Harness;

namespace Earshot.Peers.Tests.Sipp;

/// <summary>sipp, the load generator that PBX makers test with, drives the phone.</summary>
public sealed class SippTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public SippTests() => Assert.SkipUnless(RunningProgram.Exists("sipp"), "sipp is not installed (apt-get install sip-tester)");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task TwoHundredCallsInARow()
    {
        await using var phone = Answering();
        await DriveAsync("call.xml", await phone.PortAsync(), "-m", "200", "-l", "1", "-r", "50", "-d", "20");
        await phone.EventAsync("ended", count: 200);
    }

    [Fact]
    public async Task TwentyCallsAtOnce()
    {
        await using var phone = Answering();
        await DriveAsync("call.xml", await phone.PortAsync(), "-m", "60", "-l", "20", "-r", "100", "-d", "1000");
        await phone.EventAsync("ended", count: 60);
    }

    [Fact]
    public async Task CallsOverTcp()
    {
        await using var phone = Answering();
        await DriveAsync("call.xml", await phone.PortAsync(), "-t", "t1", "-m", "20", "-l", "4", "-d", "100");
        await phone.EventAsync("ended", count: 20);
    }

    [Fact]
    public async Task CallsSurviveLossByRetransmission()
    {
        await using var phone = Answering();
        await DriveAsync("call.xml", await phone.PortAsync(), "-m", "30", "-l", "10", "-lost", "10", "-d", "200", "-recv_timeout", "30000");
        await phone.EventAsync("ended", count: 30, seconds: 40);
    }

    [Fact]
    public async Task ACallIsCancelledWhileItRings()
    {
        var ended = new TaskCompletionSource<CallEnded>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var phone = await Phone.StartAsync(new PhoneOptions
        {
            Listen = new(System.Net.IPAddress.Loopback, 0),
            Security = [MediaSecurityMethod.None],
            Microphone = "silence",
            Speaker = "null",
        });
        phone.IncomingCall += call => call.Call.Subscribe(step => { if (step is CallEnded e) ended.TrySetResult(e); }); // it rings and rings
        await DriveAsync("cancel.xml", int.Parse(phone.ListenUri.Split(':', ';')[2], System.Globalization.CultureInfo.InvariantCulture), "-m", "1");
        Assert.Equal(CallEndReason.Cancelled, (await ended.Task.WaitAsync(TimeSpan.FromSeconds(10))).End.Reason);
    }

    [Fact]
    public async Task HoldAndResumeByReinvite()
    {
        await using var phone = Answering();
        await DriveAsync("hold.xml", await phone.PortAsync(), "-m", "5", "-l", "2");
        await phone.EventAsync("ended", count: 5);
        Assert.Contains(phone.Events, e => e.GetProperty("event").GetString() == "changed" && e.GetProperty("held_by_peer").GetBoolean());
    }

    [Fact]
    public async Task OptionsTellsWhatThePhoneCan()
    {
        await using var phone = Answering();
        await DriveAsync("options.xml", await phone.PortAsync(), "-m", "20");
    }

    [Fact]
    public async Task ABusyPhoneIsToldAsBusy()
    {
        await using var sipp = Scenario("busy.xml", out var port);
        await using var phone = Calling(port);
        var ended = await phone.EventAsync("ended");
        Assert.Equal("busy", ended.GetProperty("reason").GetString());
        Assert.Equal(486, ended.GetProperty("sip_status").GetInt32());
        Assert.Equal(1, await phone.EndsAsync());
        Assert.Equal(0, await sipp.EndsAsync());
    }

    [Fact]
    public async Task APhoneThatNobodyAnswersIsCancelled()
    {
        await using var sipp = Scenario("no-answer.xml", out var port);
        await using var phone = Calling(port, "--ring-timeout", "1");
        var ended = await phone.EventAsync("ended");
        Assert.Equal("no-answer", ended.GetProperty("reason").GetString());
        Assert.Equal(1, await phone.EndsAsync());
        Assert.Equal(0, await sipp.EndsAsync());
    }

    private static EarshotPhone Answering() =>
        EarshotPhone.Start("answer", "--listen", "127.0.0.1:0", "--security", "none", "--echo");

    private static EarshotPhone Calling(int port, params IEnumerable<string> more) =>
        EarshotPhone.Start(["call", $"sip:sipp@127.0.0.1:{port}", "--listen", "127.0.0.1:0", "--security", "none", "--mic", "silence", "--speaker", "null", .. more]);

    /// <summary>Runs a scenario of the caller to its end; every call of it must succeed.</summary>
    private async Task DriveAsync(string scenario, int port, params IEnumerable<string> options)
    {
        await using var sipp = new RunningProgram("sipp",
            ["-sf", Repository.Scenario(scenario), "-i", "127.0.0.1", "-p", $"{ScratchFolder.FreePort()}", "-mp", "30000", "-nostdin", .. options, $"127.0.0.1:{port}"],
            _scratch.Path);
        var status = await sipp.EndsAsync(90);
        Assert.True(status == 0, $"sipp failed with {status}:\n{sipp.Output}");
    }

    private RunningProgram Scenario(string scenario, out int port)
    {
        port = ScratchFolder.FreePort();
        return new("sipp", ["-sf", Repository.Scenario(scenario), "-i", "127.0.0.1", "-p", $"{port}", "-m", "1", "-nostdin"], _scratch.Path);
    }
}
