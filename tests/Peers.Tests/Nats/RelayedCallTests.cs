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

    private async Task Call(TwoNetworks networks, string target, string way, params string[] servers)
    {
        await using var callee = Phone(networks, "bob", Repository.OtherSpeech, ["answer", "--count", "1", "--listen", $"{TwoNetworks.Bob}:{TwoNetworks.SipPort}", .. servers]);
        await callee.EventAsync("listening");
        await using var caller = Phone(networks, "alice", Repository.Speech,
            ["call", $"sip:bob@{target}:{TwoNetworks.SipPort}", "--duration", "7", "--listen", $"{TwoNetworks.Alice}:{TwoNetworks.SipPort}", .. servers]);
        var (called, answered) = (await caller.EventAsync("connected"), await callee.EventAsync("connected"));
        Assert.Equal(0, await caller.EndsAsync());
        Assert.Equal(0, await callee.EndsAsync());
        Assert.Equal((way, way), (Text(called, "ice"), Text(answered, "ice")));
        Speech.IsHeard(Repository.OtherSpeech, _scratch.File("alice.wav"));
        Speech.IsHeard(Repository.Speech, _scratch.File("bob.wav"));
    }

    private EarshotPhone Phone(TwoNetworks networks, string who, string speech, string[] arguments) => EarshotPhone.StartIn(
        networks.Name(who),
        new Dictionary<string, string> { ["EARSHOT_TURN_USER"] = CoturnServer.User, ["EARSHOT_TURN_PASSWORD"] = CoturnServer.Password },
        [.. arguments, "--mic", "file+loop:" + speech, "--speaker", "file:" + _scratch.File(who + ".wav")]);

    private static string Text(JsonElement e, string name) => e.GetProperty(name).GetString() ?? "";
}
