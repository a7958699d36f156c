// SPDX-License-Identifier: MIT
using System.Text.Json;
using Earshot.Peers.Tests.Harness;

namespace Earshot.Cli.Tests;

/// <summary>The built command as a script sees it: events, files, signals, exit statuses.</summary>
public sealed class ScriptTests : IDisposable
{
    private static readonly string[] Ends = ["--listen", "127.0.0.1:0", "--mic", "tone:440", "--speaker", "null", "--codecs", "g722"];
    private readonly ScratchFolder _scratch = new();

    public ScriptTests() => Assert.SkipUnless(File.Exists(Repository.Command), "the command is not built (eng/build)");

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task ASignalEndsTheCallWithBye(string signal, int status)
    {
        await using var callee = EarshotPhone.Start(["answer", "--count", "1", .. Ends]);
        await using var caller = EarshotPhone.Start(["call", $"127.0.0.1:{await callee.PortAsync()}", .. Ends]);
        await callee.EventAsync("connected");
        await caller.EventAsync("connected");
        caller.Signal(signal);
        Assert.Equal(status, await caller.EndsAsync());
        Assert.Equal("remote-hung-up", (await callee.EventAsync("ended")).GetProperty("reason").GetString());
        Assert.Equal(0, await callee.EndsAsync());
    }

    [Fact]
    public async Task AFileIsHeardFromItsBeginningHoweverLongThePhoneWaited()
    {
        await using var callee = EarshotPhone.Start(
            ["answer", "--count", "1", "--listen", "127.0.0.1:0", "--mic", "file:" + Repository.Speech, "--speaker", "null"]);
        var port = await callee.PortAsync();
        await Task.Delay(7000); // longer than the file
        await using var caller = EarshotPhone.Start(["call", $"127.0.0.1:{port}", "--listen", "127.0.0.1:0", "--duration", "5", "--mic", "silence",
            "--speaker", "file:" + _scratch.File("heard.wav")]);
        Assert.Equal(0, await caller.EndsAsync());
        Speech.IsHeard(Repository.Speech, _scratch.File("heard.wav"));
    }

    [Fact]
    public async Task AnIp6AddressIsCalledWithoutMoreAdo()
    {
        Assert.SkipUnless(System.Net.Sockets.Socket.OSSupportsIPv6, "no IPv6 here");
        string[] silent = ["--mic", "silence", "--speaker", "null"];
        await using var callee = EarshotPhone.Start(["answer", "--count", "1", "--listen", "[::1]:0", .. silent]);
        await using var caller = EarshotPhone.Start(["call", $"[::1]:{await callee.PortAsync()}", "--duration", "1", .. silent]);
        Assert.StartsWith("[::1]:", (await caller.EventAsync("connected")).GetProperty("local").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, await caller.EndsAsync());
    }

    [Fact]
    public async Task ASignalWhileWaitingEndsTheWait()
    {
        await using var callee = EarshotPhone.Start(["answer", .. Ends]);
        await callee.PortAsync();
        callee.Signal("INT");
        Assert.Equal(130, await callee.EndsAsync());
    }

    /// <summary>A shell without job control has what it starts in its background ignore SIGINT.</summary>
    [Fact]
    public async Task AnInterruptIsHeardInTheBackgroundOfAScript()
    {
        var answer = $"'{Repository.Command}' answer {string.Join(' ', Ends)}";
        await using var shell = new RunningProgram("sh", ["-c", $"{answer} >said & until grep -q Listening said; do sleep 0.1; done; kill -INT $!; wait $!; echo status $?"], _scratch.Path);
        await shell.SaysAsync("status 130");
    }

    /// <summary>A phone whose reader is gone would talk on with nobody to stop it.</summary>
    [Fact]
    public async Task ACallWhoseReaderIsGoneEnds()
    {
        await using var callee = EarshotPhone.Start(["answer", "--count", "1", .. Ends]);
        var call = $"'{Repository.Command}' call 127.0.0.1:{await callee.PortAsync()} --json {string.Join(' ', Ends)}";
        await using var shell = new RunningProgram("sh", ["-c", $"{call} | head -n 3"]);
        Assert.Equal("remote-hung-up", (await callee.EventAsync("ended")).GetProperty("reason").GetString());
        Assert.Equal(0, await callee.EndsAsync());
    }

    [Fact]
    public async Task QuietLeavesOutTheCountersOfEverySecond()
    {
        await using var callee = EarshotPhone.Start(["answer", "--count", "1", .. Ends]);
        await using var caller = EarshotPhone.Start(["call", $"127.0.0.1:{await callee.PortAsync()}", "--duration", "2", "--quiet", .. Ends]);
        Assert.Equal(0, await caller.EndsAsync());
        // What two people can compare is computed beside the call: before its first sound, or behind.
        var told = caller.Events.Select(e => e.GetProperty("event").GetString()).ToList();
        Assert.True(told.Remove("verification"));
        Assert.Equal(["calling", "ringing", "connected", "heard", "ended"], told);
    }

    [Fact]
    public async Task CountersAndPacketsAreKeptInFiles()
    {
        string stats = _scratch.File("stats.json"), pcap = _scratch.File("call.pcap");
        await using var callee = EarshotPhone.Start(["answer", "--count", "1", "--echo", .. Ends]);
        await using var caller = EarshotPhone.Start(
            ["call", $"127.0.0.1:{await callee.PortAsync()}", "--duration", "1.5", "--stats", stats, "--pcap", pcap, .. Ends]);
        Assert.Equal(0, await caller.EndsAsync());
        Assert.Equal(0, await callee.EndsAsync());
        var kept = JsonDocument.Parse(await File.ReadAllBytesAsync(stats, TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal("hung-up", kept.GetProperty("reason").GetString());
        Assert.True(kept.GetProperty("packetsSent").GetInt64() > 50);
        Assert.True(kept.GetProperty("packetsReceived").GetInt64() > 50);
        Assert.True(new FileInfo(pcap).Length > 50 * 200);
        if (!RunningProgram.Exists("tshark")) return;
        await using var tshark = new RunningProgram("tshark", ["-r", pcap, "-Y", "sip.Method == INVITE || sip.Method == BYE"]);
        Assert.Equal(0, await tshark.EndsAsync());
        await tshark.SaysAsync("BYE");
    }

    [Fact]
    public async Task AFullDiskCostsTheFilesAndNotTheCall()
    {
        const string Full = "/dev/full";
        Assert.SkipUnless(File.Exists(Full), "only Linux has a disk that is always full");
        await using var callee = EarshotPhone.Start(["answer", "--count", "1", "--stats", Full, .. Ends]);
        await using var caller = EarshotPhone.Start(
            ["call", $"127.0.0.1:{await callee.PortAsync()}", "--duration", "1.5", "--stats", Full, "--pcap", Full, .. Ends]);
        Assert.Equal(1, await caller.EndsAsync());
        Assert.Equal(1, await callee.EndsAsync());
        Assert.Equal("capture-stopped", (await caller.EventAsync("notice")).GetProperty("code").GetString());
        Assert.Equal(["ended", "error"], caller.Events.TakeLast(2).Select(e => e.GetProperty("event").GetString()));
        Assert.Equal("hung-up", (await caller.EventAsync("ended")).GetProperty("reason").GetString());
        var error = await caller.EventAsync("error");
        Assert.Equal("file", error.GetProperty("code").GetString());
        Assert.StartsWith($"--stats {Full}: ", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARefusedCallIsStatusOne()
    {
        await using var callee = EarshotPhone.Start(["answer", "--count", "1", "--reject", "486", .. Ends]);
        await using var caller = EarshotPhone.Start(["call", $"127.0.0.1:{await callee.PortAsync()}", .. Ends]);
        var ended = await caller.EventAsync("ended");
        Assert.Equal("busy", ended.GetProperty("reason").GetString());
        Assert.Equal(486, ended.GetProperty("sip_status").GetInt32());
        Assert.Equal(1, await caller.EndsAsync());
        Assert.Equal(0, await callee.EndsAsync());
    }

    [Fact]
    public async Task ARefusalIsDoneWithTheCall()
    {
        await using var callee = EarshotPhone.Start(["answer", "--reject", "603", .. Ends]);
        await using var caller = EarshotPhone.Start(["call", $"127.0.0.1:{await callee.PortAsync()}", .. Ends]);
        Assert.Equal(1, await caller.EndsAsync());
        Assert.Equal(0, await callee.EndsAsync());
    }

    /// <summary>SIP would wait 32 s for what a silent peer says of a CANCEL.</summary>
    [Fact]
    public async Task AnInterruptDoesNotWaitForAPeerThatSaysNothing()
    {
        using var silent = new System.Net.Sockets.UdpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        await using var caller = EarshotPhone.Start(["call", $"sip:{silent.Client.LocalEndPoint}", .. Ends]);
        await caller.EventAsync("calling");
        await silent.ReceiveAsync(); // the INVITE is out
        caller.Signal("INT");
        Assert.Equal(130, await caller.EndsAsync(20));
        Assert.Equal("cancelled", (await caller.EventAsync("ended")).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task APortWhereNobodyListensIsNamed()
    {
        var port = ScratchFolder.FreePort();
        await using var caller = EarshotPhone.Start(["call", $"sip:127.0.0.1:{port}", .. Ends]);
        var ended = await caller.EventAsync("ended");
        Assert.Equal("network-error", ended.GetProperty("reason").GetString());
        Assert.StartsWith($"nothing answers at 127.0.0.1:{port}", ended.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("earshot answer", ended.GetProperty("hint").GetString(), StringComparison.Ordinal);
        Assert.Equal(4, await caller.EndsAsync());
    }

    [Fact]
    public async Task ACallInClearThatIsRefusedIsToldOnBothSides()
    {
        await using var callee = EarshotPhone.Start(["answer", "--count", "1", .. Ends]);
        await using var caller = EarshotPhone.Start(["call", $"127.0.0.1:{await callee.PortAsync()}", "--security", "none", .. Ends]);
        Assert.Equal(5, await caller.EndsAsync());
        Assert.Contains("--security none", (await caller.EventAsync("ended")).GetProperty("hint").GetString(), StringComparison.Ordinal);
        var told = await callee.EventAsync("notice");
        Assert.Equal("call-refused", told.GetProperty("code").GetString());
        Assert.Contains("--security none", told.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("listen to", told.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnErrorIsAnEvent()
    {
        await using var phone = EarshotPhone.Start("answer", "--codecs", "mp3");
        Assert.Equal(2, await phone.EndsAsync());
        var error = await phone.EventAsync("error");
        Assert.Equal(["event", "t", "code", "message", "hint"], error.EnumerateObject().Select(p => p.Name));
        Assert.Equal("usage", error.GetProperty("code").GetString());
    }

    /// <summary>A file that is no library, found first, is a machine without libopus.</summary>
    [Fact]
    public async Task WithoutLibopusCallsGoWithoutIt()
    {
        File.WriteAllText(_scratch.File("libopus.so.0"), "no library");
        var without = new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = _scratch.Path };
        string[] ends = [.. Ends[..^2]];
        await using var callee = EarshotPhone.StartWith(without, ["answer", "--count", "1", .. ends]);
        Assert.Equal("codec-missing", (await callee.EventAsync("notice")).GetProperty("code").GetString());
        await using var caller = EarshotPhone.Start(["call", $"127.0.0.1:{await callee.PortAsync()}", "--duration", "0.5", .. ends]);
        Assert.Equal("g722", (await caller.EventAsync("connected")).GetProperty("codec").GetString());
        Assert.Equal(0, await caller.EndsAsync());
        await using var asked = EarshotPhone.StartWith(without, ["answer", "--codecs", "opus", .. ends]);
        Assert.Equal("library-missing", (await asked.EventAsync("error")).GetProperty("code").GetString());
        Assert.Equal(2, await asked.EndsAsync());
    }

    [Fact]
    public async Task QAndEnterHangUpAtATerminal()
    {
        Assert.SkipUnless(RunningProgram.Exists("script"), "script is not installed (apt-get install bsdutils)");
        await using var pty = new RunningProgram("script", ["-qec", "true", "/dev/null"]);
        Assert.SkipUnless(await pty.EndsAsync() == 0, "no terminal can be made here (is /dev/pts mounted?): " + pty.Output.Trim());
        await using var callee = EarshotPhone.Start(["answer", "--count", "1", .. Ends]);
        string[] call = [Repository.Command, "call", $"127.0.0.1:{await callee.PortAsync()}", .. Ends];
        var quoted = string.Join(' ', call.Select(word => $"\"{word}\""));
        await using var terminal = new RunningProgram("script", ["-qec", quoted, "/dev/null"]);
        await callee.EventAsync("connected");
        terminal.Type("q\n");
        Assert.Equal("remote-hung-up", (await callee.EventAsync("ended")).GetProperty("reason").GetString());
        Assert.Equal(0, await terminal.EndsAsync());
    }

    [Theory]
    [InlineData("tone:440", 0)]
    [InlineData("silence", 3)]
    public async Task ASoundTestEndsWithOneObject(string microphone, int status)
    {
        string[] test = ["loopback", "--mic", microphone, "--speaker", "null", "--duration", "1"];
        await using var person = new RunningProgram(Repository.Command, test);
        Assert.Equal(status, await person.EndsAsync());
        Assert.Contains("\nloopback {\"through\":\"devices\",", person.Output, StringComparison.Ordinal);
        await using var script = EarshotPhone.Start(test);
        Assert.Equal(status, await script.EndsAsync());
        Assert.Equal(status == 0, (await script.EventAsync("loopback")).GetProperty("heardAgain").GetBoolean());
        Assert.Equal("loopback", script.Events[^1].GetProperty("event").GetString());
    }

    [Fact]
    public async Task TheLatencyOfACallIsMeasuredAndTakenApart()
    {
        await using var callee = EarshotPhone.Start("answer", "--echo", "--count", "1", "--listen", "127.0.0.1:0");
        await using var latency = EarshotPhone.Start("latency", $"127.0.0.1:{await callee.PortAsync()}", "--listen", "127.0.0.1:0", "--duration", "5");
        Assert.Equal(0, await latency.EndsAsync());
        var found = await latency.EventAsync("latency");
        Assert.Equal(JsonValueKind.Number, found.GetProperty("xruns").ValueKind);
        Assert.Equal(found.GetProperty("medianMs").GetDouble() / 2, found.GetProperty("oneWayEstimateMs").GetDouble(), 0.01);
        Assert.Contains("sound card", found.GetProperty("excludes").GetString(), StringComparison.Ordinal);
        Assert.True(found.GetProperty("samples").GetInt32() >= 5, latency.Output);
        var stages = found.GetProperty("stages").EnumerateObject().ToArray();
        Assert.Equal(["framing", "lookAhead", "network", "jitterBuffer"], stages.Select(p => p.Name));
        Assert.Equal(found.GetProperty("oneWayEstimateMs").GetDouble(), stages.Sum(s => s.Value.GetDouble()), 0.01);
        Assert.Equal(["capture", "jitterBuffer", "playback"], found.GetProperty("thisSide").EnumerateObject().Select(p => p.Name));
    }
}
