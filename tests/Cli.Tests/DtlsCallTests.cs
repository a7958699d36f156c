// SPDX-License-Identifier: MIT
using Earshot.Peers.Tests.Harness;

namespace Earshot.Cli.Tests;

/// <summary><c>--security dtls</c>, from one command to the other.</summary>
public sealed class DtlsCallTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    private Dictionary<string, string> Home => new() { ["XDG_DATA_HOME"] = _scratch.File("data") };

    private string Identity => _scratch.File(Path.Combine("data", "earshot", "identity.pem"));

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task TwoCommandsAgreeOnKeysBetweenThemselves()
    {
        await using var callee = EarshotPhone.StartWith(Home, "answer", "--listen", "127.0.0.1:0", "--count", "1", "--echo", "--security", "dtls");
        var port = await callee.PortAsync();
        await using var caller = EarshotPhone.StartWith(
            Home, "call", $"sip:bob@127.0.0.1:{port}", "--listen", "127.0.0.1:0", "--mic", "tone:440", "--speaker", "null", "--security", "dtls", "--duration", "2");
        foreach (var phone in new[] { caller, callee })
        {
            var connected = await phone.EventAsync("connected");
            Assert.Equal("dtls", connected.GetProperty("key_exchange").GetString());
            Assert.Equal("clear", connected.GetProperty("signalling").GetString());
            Assert.Equal("AEAD_AES_128_GCM", connected.GetProperty("srtp_profile").GetString());
            Assert.StartsWith("media encrypted end to end", connected.GetProperty("security").GetString(), StringComparison.Ordinal);
        }

        await caller.EventAsync("heard");
        Assert.Equal(0, await caller.EndsAsync());
        Assert.Equal(0, await callee.EndsAsync());
        Assert.True(File.Exists(Identity));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Identity));
    }

    [Fact]
    public async Task WhoTakesNoDtlsIsCalledByTheNextOfTheListOrNotAtAll()
    {
        await using var callee = EarshotPhone.StartWith(Home, "answer", "--listen", "127.0.0.1:0", "--echo", "--security", "sdes");
        var port = await callee.PortAsync();
        string[] call = ["call", $"sip:bob@127.0.0.1:{port}", "--listen", "127.0.0.1:0", "--mic", "silence", "--speaker", "null", "--duration", "1", "--security"];
        await using var strict = EarshotPhone.StartWith(Home, [.. call, "dtls"]);
        Assert.Equal("not-encrypted", (await strict.EventAsync("ended")).GetProperty("reason").GetString());
        Assert.Equal(5, await strict.EndsAsync());
        await using var lenient = EarshotPhone.StartWith(Home, [.. call, "dtls,sdes"]);
        Assert.Equal("sdes", (await lenient.EventAsync("connected")).GetProperty("key_exchange").GetString());
        Assert.Equal(0, await lenient.EndsAsync());
    }

    [Fact]
    public async Task TwoPeopleCompareAndAnotherCertificateIsRefusedFromThenOn()
    {
        var bobs = new Dictionary<string, string> { ["XDG_DATA_HOME"] = _scratch.File("bob") };
        string target, words;
        int port;
        await using (var callee = EarshotPhone.StartWith(bobs, "answer", "--listen", "127.0.0.1:0", "--echo", "--count", "1"))
        {
            port = await callee.PortAsync();
            target = $"sip:bob@127.0.0.1:{port}";
            await using var caller = EarshotPhone.StartWith(Home, Call(target));
            var (here, there) = (await caller.EventAsync("verification"), await callee.EventAsync("verification"));
            words = here.GetProperty("words").GetString()!;
            Assert.Equal(words, there.GetProperty("words").GetString());
            Assert.Equal(here.GetProperty("digits").GetString(), there.GetProperty("digits").GetString());
            Assert.Equal("unverified", here.GetProperty("state").GetString());
            Assert.Equal(0, await caller.EndsAsync());
            Assert.Equal(0, await callee.EndsAsync());
        }

        await using (var nothing = EarshotPhone.StartWith(Home, "verify", target, "--confirm"))
        {
            Assert.Contains("reads aloud", (await nothing.EventAsync("error")).GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Equal(2, await nothing.EndsAsync());
        }

        var others = words.Split(' ');
        (others[0], others[2]) = (others[2] == others[0] ? "zulu" : others[2], others[0]);
        await using (var between = EarshotPhone.StartWith(Home, ["verify", target, "--confirm", .. others]))
        {
            Assert.Equal("different", (await between.EventAsync("error")).GetProperty("code").GetString());
            Assert.Equal(5, await between.EndsAsync());
        }

        await using (var still = EarshotPhone.StartWith(Home, "verify"))
            Assert.Equal("unverified", (await still.EventAsync("peer")).GetProperty("state").GetString());
        await using var confirm = EarshotPhone.StartWith(Home, ["verify", target, "--confirm", words.ToUpperInvariant()]);
        Assert.Equal(words, (await confirm.EventAsync("peer")).GetProperty("words").GetString());
        Assert.Equal(0, await confirm.EndsAsync());
        await using var list = EarshotPhone.StartWith(Home, "verify");
        var known = await list.EventAsync("peer");
        Assert.Equal((target, "verified", true), (known.GetProperty("peer").GetString(), known.GetProperty("state").GetString(), known.GetProperty("held_to_dtls").GetBoolean()));

        File.Delete(_scratch.File(Path.Combine("bob", "earshot", "identity.pem"))); // a new phone, or somebody between
        await using var another = EarshotPhone.StartWith(bobs, "answer", "--listen", $"127.0.0.1:{port}", "--echo");
        await another.EventAsync("listening");
        await using var refused = EarshotPhone.StartWith(Home, Call(target));
        var ended = await refused.EventAsync("ended");
        Assert.Equal("not-trusted", ended.GetProperty("reason").GetString());
        Assert.Contains("another certificate than the one you confirmed", ended.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("--forget", ended.GetProperty("hint").GetString(), StringComparison.Ordinal);
        Assert.Equal(5, await refused.EndsAsync());

        await using var forget = EarshotPhone.StartWith(Home, "verify", target, "--forget");
        Assert.Equal(0, await forget.EndsAsync());
        await using var anew = EarshotPhone.StartWith(Home, Call(target));
        Assert.Equal("unverified", (await anew.EventAsync("verification")).GetProperty("state").GetString());
        Assert.Equal(0, await anew.EndsAsync());
        await using var unknown = EarshotPhone.StartWith(Home, "verify", "sip:nobody@192.0.2.1");
        Assert.Equal("unknown-peer", (await unknown.EventAsync("error")).GetProperty("code").GetString());
        Assert.Equal(1, await unknown.EndsAsync());

        static string[] Call(string target) => ["call", target, "--listen", "127.0.0.1:0", "--mic", "silence", "--speaker", "null", "--duration", "1"];
    }

    [Fact]
    public async Task AConfirmedCallerWithAnotherCertificateIsRefusedAndTheAnswererEndsWithStatus5()
    {
        var bobs = new Dictionary<string, string> { ["XDG_DATA_HOME"] = _scratch.File("bob") };
        var from = ScratchFolder.FreePort();
        string peer, digits;
        await using (var callee = EarshotPhone.StartWith(Home, Answer))
        {
            await using var caller = EarshotPhone.StartWith(bobs, Call(await callee.PortAsync(), from));
            var seen = await callee.EventAsync("verification");
            (peer, digits) = (seen.GetProperty("peer").GetString()!, seen.GetProperty("digits").GetString()!);
            Assert.Equal(0, await callee.EndsAsync());
            Assert.Equal(0, await caller.EndsAsync());
        }

        await using var confirm = EarshotPhone.StartWith(Home, ["verify", peer, "--confirm", .. digits.Split(' ')]);
        Assert.Equal(0, await confirm.EndsAsync());
        File.Delete(_scratch.File(Path.Combine("bob", "earshot", "identity.pem")));
        await using var wary = EarshotPhone.StartWith(Home, Answer);
        await using var stranger = EarshotPhone.StartWith(bobs, Call(await wary.PortAsync(), from));
        Assert.Equal("not-trusted", (await wary.EventAsync("ended")).GetProperty("reason").GetString());
        Assert.Equal(5, await wary.EndsAsync());

        static string[] Call(int port, int from) =>
            ["call", $"sip:bob@127.0.0.1:{port}", "--listen", $"127.0.0.1:{from}", "--mic", "silence", "--speaker", "null", "--duration", "1", "--security", "dtls"];
    }

    [Fact]
    public async Task ServersWhoseNamesAreNotFoundAreTold()
    {
        await using var callee = EarshotPhone.StartWith(Home, Answer);
        await using var caller = EarshotPhone.StartWith(
            Home, "call", $"sip:bob@127.0.0.1:{await callee.PortAsync()}", "--listen", "127.0.0.1:0", "--mic", "silence", "--speaker", "null", "--duration", "3",
            "--turn", "turn:alice:secret@nosuch.invalid", "--stun", "nosuch.invalid");
        await caller.EventAsync("connected");
        await caller.EventAsync("ended");
        var told = caller.Events.Where(e => e.GetProperty("event").GetString() == "notice").ToDictionary(e => e.GetProperty("code").GetString()!, e => e.GetProperty("message").GetString());
        Assert.Equal("the relay turn:nosuch.invalid carries nothing: no address was found for nosuch.invalid", told["relay"]);
        Assert.Equal("the STUN server stun:nosuch.invalid tells nothing: no address was found for nosuch.invalid", told["stun"]);
    }

    [Fact]
    public async Task AStunServerThatSaysNothingIsToldOnceAndTheCallGoesOn()
    {
        using var silent = new System.Net.Sockets.UdpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        await using var callee = EarshotPhone.StartWith(Home, Answer);
        await using var caller = EarshotPhone.StartWith(
            Home, "call", $"sip:bob@127.0.0.1:{await callee.PortAsync()}", "--listen", "127.0.0.1:0", "--mic", "silence", "--speaker", "null", "--stun", $"{silent.Client.LocalEndPoint}");
        await caller.EventAsync("connected");
        var notice = await caller.EventAsync("notice", seconds: 60);
        Assert.Equal("stun", notice.GetProperty("code").GetString());
        Assert.Equal($"the STUN server stun:{silent.Client.LocalEndPoint} tells nothing: it does not answer", notice.GetProperty("message").GetString());
        caller.Signal("INT");
        Assert.Equal("hung-up", (await caller.EventAsync("ended")).GetProperty("reason").GetString());
        Assert.Single(caller.Events, e => e.GetProperty("event").GetString() == "notice");
    }

    private static string[] Answer => ["answer", "--listen", "127.0.0.1:0", "--count", "1", "--echo", "--security", "dtls"];

    [Fact]
    public async Task DamagedAcquaintancesAreOneLineAndExitStatus5()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Identity)!);
        var peers = Path.ChangeExtension(Identity, ".peers");
        await File.WriteAllTextAsync(peers, "nonsense");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(peers, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (string[] command in new string[][] { ["verify"], ["answer", "--listen", "127.0.0.1:0", "--echo"] })
        {
            await using var phone = EarshotPhone.StartWith(Home, command);
            Assert.Contains(peers, (await phone.EventAsync("error")).GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Equal(5, await phone.EndsAsync());
        }

        Assert.Equal("nonsense", await File.ReadAllTextAsync(peers));
    }

    [Fact]
    public async Task ADamagedIdentityIsOneLineAndExitStatus5()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Identity)!);
        await File.WriteAllTextAsync(Identity, "nonsense");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Identity, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var phone = EarshotPhone.StartWith(Home, "answer", "--listen", "127.0.0.1:0", "--echo", "--security", "dtls");
        Assert.Equal("identity", (await phone.EventAsync("error")).GetProperty("code").GetString());
        Assert.Equal(5, await phone.EndsAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/dev/null/nowhere")]
    public async Task WithoutAHomeTheIdentityIsANewOneEachTimeAndThatIsSaid(string home)
    {
        await using var phone = EarshotPhone.StartWith(
            new Dictionary<string, string> { ["XDG_DATA_HOME"] = "", ["HOME"] = home }, "answer", "--listen", "127.0.0.1:0", "--echo", "--security", "dtls", "--duration", "1");
        Assert.Equal("identity-in-memory", (await phone.EventAsync("notice")).GetProperty("code").GetString());
        Assert.Equal(0, await phone.EndsAsync());
    }
}
