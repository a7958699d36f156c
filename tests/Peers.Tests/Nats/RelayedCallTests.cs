// SPDX-License-Identifier: MIT
using System.Text.Json;
using Earshot.Peers.Tests.Coturn;
using Earshot.Peers.Tests.Harness;

namespace Earshot.Peers.Tests.Nats;

/// <summary>Whole calls of the command between two networks, by what NATs, firewalls and coturn let through.</summary>
public sealed class RelayedCallTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    [InlineData("tls")]
    public async Task ThroughAFirewallARelayCarriesTheCall(string kind)
    {
        using var networks = TwoNetworks.CreateOrSkip(Border.Firewall);
        await using var server = await CoturnServer.StartInAsync(_scratch, networks.Name("core"), TwoNetworks.Server);
        await Call(networks, TwoNetworks.Bob, "relay", "--turn", server.Uri(kind, account: false), "--tls-roots", _scratch.File("turn-cert.pem"));
    }

    [Fact]
    public async Task BetweenNatsThatKeepThePortTheCallIsDirect()
    {
        using var networks = TwoNetworks.CreateOrSkip(Border.PortRestricted);
        await using var server = await CoturnServer.StartInAsync(_scratch, networks.Name("core"), TwoNetworks.Server);
        await Call(networks, TwoNetworks.BobsRouter, "srflx", "--stun", $"{TwoNetworks.Server}:{server.Port}", "--turn", server.Uri("udp", account: false));
    }

    [Fact]
    public async Task BetweenSymmetricNatsARelayCarriesTheCall()
    {
        using var networks = TwoNetworks.CreateOrSkip(Border.Symmetric);
        await using var server = await CoturnServer.StartInAsync(_scratch, networks.Name("core"), TwoNetworks.Server);
        await Call(networks, TwoNetworks.BobsRouter, "relay", "--stun", $"{TwoNetworks.Server}:{server.Port}", "--turn", server.Uri("udp", account: false));
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task WhenTheRelayInUseDiesTheOtherCarriesTheCallOn(string kind)
    {
        using var networks = TwoNetworks.CreateOrSkip(Border.Firewall);
        await using var server = await CoturnServer.StartInAsync(_scratch, networks.Name("core"), TwoNetworks.Server);
        await using var other = await CoturnServer.StartInAsync(_scratch, networks.Name("core"), TwoNetworks.OtherServer);
        string[] servers = ["--turn", server.Uri(kind, account: false), "--turn", other.Uri(kind, account: false)];
        await using var callee = Callee(networks, servers);
        await callee.EventAsync("listening");
        await using var caller = Caller(networks, TwoNetworks.Bob, "40", servers);
        var called = await caller.EventAsync("connected");
        await caller.EventAsync("stats", count: 2);
        var used = $"{Text(called, "local")} {Text(called, "remote")}".Contains(TwoNetworks.Server + ":", StringComparison.Ordinal) ? server : other;
        used.Signal("KILL");
        var before = caller.Events.Count(e => Text(e, "event") == "stats");
        // One a second: after eight the call has long gone over to the other relay.
        var heard = await caller.EventAsync("stats", seconds: 30, count: before + 8);
        var later = await caller.EventAsync("stats", seconds: 30, count: before + 10);
        Assert.True(Received(later) > Received(heard) + 15, $"{heard} {later}"); // after the loss a packet may hold 60 ms
        caller.Signal("INT");
        Assert.Equal("hung-up", Text(await caller.EventAsync("ended"), "reason"));
        Assert.Equal("remote-hung-up", Text(await callee.EventAsync("ended"), "reason"));
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task WhenTheOnlyRelayDiesItIsNamedAndTheCallEndsWithOneReason(string kind)
    {
        using var networks = TwoNetworks.CreateOrSkip(Border.Firewall);
        await using var server = await CoturnServer.StartInAsync(_scratch, networks.Name("core"), TwoNetworks.Server);
        string[] servers = ["--turn", server.Uri(kind, account: false)];
        await using var callee = Callee(networks, servers);
        await callee.EventAsync("listening");
        await using var caller = Caller(networks, TwoNetworks.Bob, "120", servers);
        await caller.EventAsync("connected");
        await caller.EventAsync("heard");
        server.Signal("KILL");
        // Whoever is sure first says so, and the other one is told.
        string[] reasons = [Text(await caller.EventAsync("ended", seconds: 90), "reason"), Text(await callee.EventAsync("ended", seconds: 90), "reason")];
        Assert.Contains("media-silent", reasons);
        Assert.All(reasons, reason => Assert.True(reason is "media-silent" or "remote-hung-up", reason));
        Assert.Single(caller.Events, e => Text(e, "event") == "ended");
        var first = reasons[0] == "media-silent" ? caller : callee;
        Assert.Contains(first.Events, e => Text(e, "event") == "notice" && Text(e, "code") == "relay"
            && Text(e, "message").StartsWith($"the relay turn:{TwoNetworks.Server}", StringComparison.Ordinal));
    }

    private async Task Call(TwoNetworks networks, string target, string way, params string[] servers)
    {
        await using var callee = Callee(networks, servers);
        await callee.EventAsync("listening");
        await using var caller = Caller(networks, target, "7", servers);
        var (called, answered) = (await caller.EventAsync("connected"), await callee.EventAsync("connected"));
        Assert.Equal(0, await caller.EndsAsync());
        Assert.Equal(0, await callee.EndsAsync());
        Assert.Equal(way, Text(answered, "ice"));
        Assert.True(Text(called, "ice") is "prflx" || Text(called, "ice") == way, Text(called, "ice")); // his address may be met before the INFO that says what it is
        Speech.IsHeard(Repository.OtherSpeech, _scratch.File("alice.wav"));
        Speech.IsHeard(Repository.Speech, _scratch.File("bob.wav"));
    }

    private EarshotPhone Callee(TwoNetworks networks, string[] servers) =>
        Phone(networks, "bob", Repository.OtherSpeech, ["answer", "--count", "1", "--listen", $"{TwoNetworks.Bob}:{TwoNetworks.SipPort}", .. servers]);

    private EarshotPhone Caller(TwoNetworks networks, string target, string seconds, string[] servers) =>
        Phone(networks, "alice", Repository.Speech, ["call", $"sip:bob@{target}:{TwoNetworks.SipPort}", "--duration", seconds, "--listen", $"{TwoNetworks.Alice}:{TwoNetworks.SipPort}", .. servers]);

    private EarshotPhone Phone(TwoNetworks networks, string who, string speech, string[] arguments) => EarshotPhone.StartIn(
        networks.Name(who),
        new Dictionary<string, string> { ["EARSHOT_TURN_USER"] = CoturnServer.User, ["EARSHOT_TURN_PASSWORD"] = CoturnServer.Password },
        [.. arguments, "--mic", "file+loop:" + speech, "--speaker", "file:" + _scratch.File(who + ".wav")]);

    private static long Received(JsonElement stats) => stats.GetProperty("packetsReceived").GetInt64();

    private static string Text(JsonElement e, string name) => e.GetProperty(name).GetString() ?? "";
}
