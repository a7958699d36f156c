// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Cli.Commands;
using Earshot.Cli.Options;

namespace Earshot.Cli.Tests;

/// <summary>Wrong words: exit status 2, one line that says what is wrong, nothing on standard output, no stack trace.</summary>
[Collection("console")]
public sealed class UsageTests
{
    private static readonly string[] Phone = ["--listen", "127.0.0.1:0", "--mic", "silence", "--speaker", "null"];

    [Theory]
    [InlineData("")]
    [InlineData("dance")]
    [InlineData("lab --seed -1")]
    [InlineData("lab --duration 0")]
    [InlineData("lab --duration 3601")]
    [InlineData("lab --delay -1")]
    [InlineData("lab --delay fast")]
    [InlineData("lab --jitter gamma:5")]
    [InlineData("lab --jitter uniform")]
    [InlineData("lab --jitter normal:x")]
    [InlineData("lab --jitter normal:NaN")]
    [InlineData("lab --jitter spikes:5")]
    [InlineData("lab --jitter spikes:101,50")]
    [InlineData("lab --jitter trace:/nowhere/at/all.txt")]
    [InlineData("lab --jitter trace:/dev/null")]
    [InlineData("lab --jitter trace:/dev/zero")]
    [InlineData("lab --jitter uniform:-1")]
    [InlineData("lab --json=")]
    [InlineData("lab --replay /dev/null")]
    [InlineData("lab --loss 101")]
    [InlineData("lab --loss 60 --burst 1")]
    [InlineData("lab --burst 3")]
    [InlineData("lab --loss 5 --burst 0.5")]
    [InlineData("lab --reorder 5")]
    [InlineData("lab --reorder 5,20 --in-order")]
    [InlineData("lab --duplicate -3")]
    [InlineData("lab --rate 0,20")]
    [InlineData("lab --rate 64")]
    [InlineData("lab --outage 5")]
    [InlineData("lab --outage 5,0")]
    [InlineData("lab --outage 30,1")]
    [InlineData("lab --outage 4,1 --duration 4")]
    [InlineData("lab --matrix quick --duration 1.5")]
    [InlineData("lab --replay /")]
    [InlineData("lab --drift 100000")]
    [InlineData("lab --codecs mp3")]
    [InlineData("lab --codecs pcmu --bitrate 32000")]
    [InlineData("lab --ptime 13")]
    [InlineData("lab --complexity 11")]
    [InlineData("lab --json /nowhere/at/all.json")]
    [InlineData("lab --speaker /nowhere/at/all.wav")]
    [InlineData("lab --report /nowhere/at/all.html")]
    [InlineData("lab --bogus --json x")]
    [InlineData("lab --matrix everything")]
    [InlineData("lab --matrix --loss 3")]
    [InlineData("lab --matrix quick --speaker x.wav")]
    [InlineData("lab --matrix --replay x.pcap")]
    [InlineData("lab --replay /nowhere/at/all.pcap")]
    [InlineData("lab --replay x.pcap --seed 3")]
    [InlineData("account add work --uri sip:me@example.org --password x")]
    [InlineData("phone --account work")]
    [InlineData("contacts list")]
    [InlineData("verify --confirm")]
    [InlineData("verify sip:bob@192.0.2.7 --confirm --forget")]
    [InlineData("call")]
    [InlineData("call sip:a@127.0.0.1 --no-such-option")]
    [InlineData("call a b")]
    [InlineData("answer --count many")]
    [InlineData("answer --count 0")]
    [InlineData("answer --reject 200")]
    [InlineData("answer --reject 700")]
    [InlineData("answer --reject 486 --echo")]
    [InlineData("answer --quiet --verbose")]
    [InlineData("answer --duration 0")]
    [InlineData("answer --duration -1")]
    [InlineData("answer --duration soon")]
    [InlineData("answer --listen example.invalid:5060")]
    [InlineData("answer --listen 127.0.0.1:99999")]
    [InlineData("answer --listen 127.0.0.1:port")]
    [InlineData("answer --transport tls")]
    [InlineData("answer --transport sctp")]
    [InlineData("answer --tls-key /etc/hostname")]
    [InlineData("answer --transport wss --tls-cert /nowhere")]
    [InlineData("answer --transport wss --tls-cert /etc/hostname")]
    [InlineData("call 127.0.0.1 --tls-roots /etc/hostname")]
    [InlineData("answer --transport wss")]
    [InlineData("answer --transport pigeon")]
    [InlineData("answer --account work")]
    [InlineData("answer --ice perhaps")]
    [InlineData("answer --stun turn:192.0.2.1")]
    [InlineData("answer --ice off --stun 192.0.2.1:3478")]
    [InlineData("answer --ice off --turn turn:a:b@192.0.2.1")]
    [InlineData("answer --turn turn:192.0.2.1")]
    [InlineData("answer --codecs mp3")]
    [InlineData("answer --codecs ,")]
    [InlineData("answer --ptime 13")]
    [InlineData("answer --ptime twenty")]
    [InlineData("answer --bitrate 5999")]
    [InlineData("answer --bitrate 510001")]
    [InlineData("answer --complexity 11")]
    [InlineData("answer --complexity -1")]
    [InlineData("answer --codecs pcmu --bitrate 32000")]
    [InlineData("answer --codecs g722,pcma --complexity 3")]
    [InlineData("answer --security rot13")]
    [InlineData("answer --security dtls,dtls")]
    [InlineData("answer --security dtls,,sdes")]
    [InlineData("answer --security ,")]
    [InlineData("answer --media-ports 9")]
    [InlineData("answer --media-ports 9-8")]
    [InlineData("answer --media-ports 0-100")]
    [InlineData("answer --mic cassette")]
    [InlineData("answer --mic tone:")]
    [InlineData("answer --mic tone:NaN")]
    [InlineData("answer --speaker tone:440")]
    [InlineData("answer --speaker file:")]
    [InlineData("answer --mic file:")]
    [InlineData("answer --stats /nowhere/at/all.json")]
    [InlineData("answer --pcap /nowhere/at/all.pcap")]
    [InlineData("answer --record /nowhere/at/all.wav")]
    [InlineData("answer --stats /proc/stats.json")]
    [InlineData("answer --record /")]
    [InlineData("call sip:a@127.0.0.1;transport=sctp")]
    [InlineData("call a@b@c")]
    [InlineData("call tel:+4912345")]
    [InlineData("call sip:")]
    [InlineData("call sips:")]
    [InlineData("call sip:bob@")]
    [InlineData("call sip:@127.0.0.1")]
    [InlineData("call 127.0.0.1:99999")]
    [InlineData("call 127.0.0.1:")]
    [InlineData("call sip:a@[::1")]
    [InlineData("answer --listen 5060")]
    [InlineData("call sip:a@127.0.0.1 --ring-timeout 0")]
    [InlineData("demo --seconds 0")]
    [InlineData("latency --verbose")]
    [InlineData("latency --codecs pcmu")]
    [InlineData("latency --duration 1")]
    [InlineData("loopback --through glue")]
    [InlineData("loopback --duration 0.5")]
    [InlineData("--bogus x")]
    [InlineData("help bogus")]
    [InlineData("latency --bogus")]
    [InlineData("call --duratoin 5 bob@192.0.2.7")]
    [InlineData("answer --duration")]
    [InlineData("answer --duration 5 --duration 6")]
    public async Task WrongWordsAreOneLineAndStatusTwo(string line)
    {
        var (status, output, errors) = await RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, status);
        Assert.Equal("", output);
        AssertOneLine(errors);
    }

    [Theory]
    [InlineData("", "earshot: say what to do. One of call, answer, loopback, latency, verify, devices, demo, lab. See: earshot help")]
    [InlineData("cal", "earshot: there is no verb 'cal'. Did you mean earshot call? See: earshot help")]
    [InlineData("bogus", "earshot: there is no verb 'bogus'. Say one of call, answer, loopback, latency, verify, devices, demo, lab. See: earshot help")]
    [InlineData("--bogus x", "earshot: earshot has no option --bogus. See: earshot --help")]
    [InlineData("call --duratoin 5 x", "earshot: earshot call has no option --duratoin. Did you mean --duration? See: earshot call --help")]
    [InlineData("call", "earshot: call needs a TARGET. Say e.g. earshot call sip:bob@192.0.2.7")]
    [InlineData("call a b", "earshot: 'b' is too much after call TARGET. Options begin with --, names with spaces go between quotes. See: earshot help call")]
    [InlineData("answer --duration abc", "earshot: --duration abc: not a number. Say seconds, more than 0, e.g. --duration 30")]
    [InlineData("answer --duration -1", "earshot: --duration -1: not a time. Say seconds, more than 0, e.g. --duration 30")]
    [InlineData("answer --count 1.5", "earshot: --count 1.5: not a whole number that fits. Say a number of calls, 1 to 1000000, e.g. --count 3")]
    [InlineData("answer --ptime twenty", "earshot: --ptime twenty: not a number. Say milliseconds: 2.5, 5, 10, 20, 40 or 60, e.g. --ptime 20")]
    [InlineData("answer --mic", "earshot: --mic: nothing follows it. Say device[:NAME], file:PATH.wav, file+loop:PATH.wav, tone:HZ or silence, e.g. --mic file:hello.wav")]
    [InlineData("verify --confirm", "earshot: verify: no CONTACT is named. Say e.g. earshot verify sip:bob@192.0.2.7 --confirm DIGITS, with the 40 digits that they read aloud on a call")]
    [InlineData("verify sip:bob@192.0.2.7 --confirm", "earshot: --confirm: what the other side reads aloud is missing. Say e.g. earshot verify sip:bob@192.0.2.7 --confirm DIGITS, with the 40 digits that they read aloud on a call")]
    [InlineData("answer --turn foo", "earshot: --turn: this is no TURN server: foo. Say a URI, e.g. --turn turn:alice:secret@192.0.2.1")]
    [InlineData("answer --web-origin https://phone.example", "earshot: --web-origin does not apply to --transport udp. Say --transport ws or wss, or leave it out.")]
    [InlineData("lab --loss 1,5", "earshot: --loss 1,5: not a number. Write a point: --loss 1.5")]
    [InlineData("lab --drift 500,3", "earshot: --drift 500,3: not a number. Write a point: --drift 500.3")]
    [InlineData("answer --ptime 2,5", "earshot: --ptime 2,5: not a number. Write a point: --ptime 2.5")]
    [InlineData("lab --delay 1,000.5", "earshot: --delay 1,000.5: not a number. Say milliseconds, 0 to 10000, e.g. --delay 40")]
    [InlineData("lab --loss 3 --loss 4", "earshot: --loss is said 2 times. Say percent, 0 to 100, e.g. --loss 5")]
    public async Task WhatIsWrongAndWhatToWriteIsOneLine(string line, string said)
    {
        var (status, _, errors) = await RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, status);
        Assert.Equal(said, errors.TrimEnd('\n'));
    }

    /// <summary>What no command line reads wrongly is a number: each option that takes one says which.</summary>
    [Fact]
    public async Task NoOptionShowsATypeOfTheFramework()
    {
        foreach (var verb in EarshotCommand.CreateRoot().Subcommands)
        {
            foreach (var option in verb.Options.Where(o => o.ValueType == typeof(double?) || o.ValueType == typeof(int?) || o.ValueType == typeof(ulong?)))
            {
                var (status, _, errors) = await RunAsync(verb.Name, option.Name, "abc");
                Assert.Equal(2, status);
                Assert.StartsWith($"earshot: {option.Name} abc: not a", errors, StringComparison.Ordinal);
                Assert.Contains($", e.g. {option.Name} ", errors, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>The framework's own reader takes the comma of 1,5 for one of thousands, and German settings the point of 1.5.</summary>
    [Fact]
    public void NoOptionReadsNumbersAsTheFrameworkDoes() => Assert.All(
        EarshotCommand.CreateRoot().Subcommands.SelectMany(verb => verb.Options).Where(o => o.ValueType == typeof(double?) || o.ValueType == typeof(double)),
        option => Assert.IsType<NumberOption>(option));

    [Fact]
    public void EachOptionThatTakesAValueHasAnExample() => Assert.All(
        EarshotCommand.CreateRoot().Subcommands.SelectMany(verb => verb.Options).Where(o => o.ValueType != typeof(bool)),
        option => Assert.True(OptionExamples.Knows(option.Name) || option.Name is "--help" or "--version", option.Name));

    [Theory]
    [InlineData("help", "--help")]
    [InlineData("help call", "call --help")]
    public async Task HelpIsAVerb(string line, string option)
    {
        var (status, output, errors) = await RunAsync(line.Split(' '));
        Assert.Equal(0, status);
        Assert.Equal("", errors);
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
        Assert.Equal((await RunAsync(option.Split(' '))).Output, output);
    }

    [Theory]
    [InlineData("device", "The microphone opens.")]
    [InlineData("device:USB", "The microphone opens.")]
    [InlineData("file:a:b.wav", "The caller will hear a:b.wav.")]
    [InlineData("file+loop:x.wav", "The caller will hear x.wav.")]
    [InlineData("tone:440", "The caller will hear a tone of 440 Hz.")]
    [InlineData("silence", "The caller will hear nothing of you.")]
    public void TheQuestionSaysWhatTheCallerWillHear(string microphone, string said) => Assert.Equal(said, AnswerDesk.Heard(microphone));

    [Theory]
    [InlineData("file:/nowhere/at/all.wav", "null")]
    [InlineData("file:/dev/null", "null")]
    [InlineData("silence", "file:/nowhere/at/all.wav")]
    [InlineData("silence", "file:/proc/x.wav")]
    [InlineData("silence", "file:/")]
    [InlineData("device:Zork", "null")]
    public async Task ASoundFileThatCannotBeUsedIsOneLine(string microphone, string speaker)
    {
        var (status, output, errors) = await RunAsync("call", "sip:a@127.0.0.1:9", "--listen", "127.0.0.1:0", "--mic", microphone, "--speaker", speaker);
        Assert.Equal(3, status);
        Assert.Equal("", output); // nothing is called without sound
        AssertOneLine(errors);
        Assert.Contains(speaker == "null" ? microphone.Split(':')[1] : speaker.Split(':')[1], errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Could not", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATakenPortIsStatusFourAndNamed()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        var (status, _, errors) = await RunAsync(["answer", .. Phone[2..], "--listen", $"127.0.0.1:{port}", "--auto"]);
        Assert.Equal(4, status);
        Assert.Contains($"{port}", errors, StringComparison.Ordinal);
        AssertOneLine(errors);
    }

    [Fact]
    public async Task AnAddressOfAnotherMachineIsStatusFour()
    {
        var (status, _, errors) = await RunAsync(["answer", .. Phone[2..], "--listen", "192.0.2.1:0", "--auto"]);
        Assert.Equal(4, status);
        AssertOneLine(errors);
    }

    [Fact]
    public async Task VersionIsOneLine()
    {
        var (status, output, errors) = await RunAsync("--version");
        Assert.Equal(0, status);
        Assert.Equal("", errors);
        Assert.Single(output.TrimEnd('\n').Split('\n'));
    }

    private static void AssertOneLine(string errors)
    {
        var lines = errors.TrimEnd('\n').Split('\n');
        Assert.StartsWith("earshot: ", lines[0], StringComparison.Ordinal);
        Assert.True(lines.Length == 1 || (lines.Length == 2 && lines[1].StartsWith("  ", StringComparison.Ordinal)), errors);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", errors, StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var (output, errors) = (Console.Out, Console.Error);
        using var said = new StringWriter { NewLine = "\n" };
        using var complained = new StringWriter { NewLine = "\n" };
        Console.SetOut(said);
        Console.SetError(complained);
        try
        {
            var status = await EarshotCommand.RunAsync(arguments).WaitAsync(TimeSpan.FromSeconds(60));
            return (status, said.ToString(), complained.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }
    }
}
