// SPDX-License-Identifier: MIT
using Earshot.Peers.Tests.Harness;

namespace Earshot.Peers.Tests.Devices;

/// <summary>Two phones on two virtual sound cards, A and B, through PortAudio: what is said into one card is heard from the other.</summary>
public sealed class CardTests
{
    [Fact]
    public async Task WhatIsSaidIntoEachCardIsHeardFromTheOther()
    {
        using var cards = new PipeWireCards(looped: false, quantum: 512);
        await using var alicesMouth = Speaks(cards, "A_mic", Repository.Speech);
        await using var bobsMouth = Speaks(cards, "B_mic", Repository.OtherSpeech);
        await using var bob = EarshotPhone.StartWith(cards.Environment,
            "answer", "--listen", "127.0.0.1:0", "--auto", "--count", "1", "--mic", "device:B_mic", "--speaker", "device:B_spk", "--record", cards.File("bob.wav"));
        var port = await bob.PortAsync();
        await using var alice = EarshotPhone.StartWith(cards.Environment,
            "call", $"127.0.0.1:{port}", "--listen", "127.0.0.1:0", "--mic", "device:A_mic", "--speaker", "device:A_spk", "--record", cards.File("alice.wav"), "--duration", "8");
        Assert.Equal("dtls", (await alice.EventAsync("connected")).GetProperty("key_exchange").GetString());
        Assert.Equal(0, await alice.EndsAsync());
        Assert.Equal(0, await bob.EndsAsync());
        Speech.IsHeardInCall(Repository.Speech, cards.File("bob.wav"));
        Speech.IsHeardInCall(Repository.OtherSpeech, cards.File("alice.wav"));
    }

    [Fact]
    public async Task ACallGoesOnWithoutItsCardAndSaysSo()
    {
        using var cards = new PipeWireCards(looped: false);
        await using var bob = EarshotPhone.StartWith(cards.Environment,
            "answer", "--listen", "127.0.0.1:0", "--auto", "--count", "1", "--mic", "device:B_mic", "--speaker", "device:B_spk");
        var port = await bob.PortAsync();
        await using var alice = EarshotPhone.Start(
            "call", $"127.0.0.1:{port}", "--listen", "127.0.0.1:0", "--mic", "tone:440", "--speaker", "null", "--duration", "5");
        await bob.EventAsync("stats");
        cards.Kill();
        await bob.EventAsync("notice", count: 2);
        var notices = bob.Events.Where(e => e.GetProperty("event").GetString() == "notice").ToList();
        Assert.All(notices, n => Assert.Equal("device-lost", n.GetProperty("code").GetString()));
        foreach (var card in (string[])["B_mic", "B_spk"])
            Assert.Contains(notices, n => n.GetProperty("message").GetString()!.Contains(card, StringComparison.Ordinal));
        var before = (await alice.EventAsync("stats", count: 3)).GetProperty("packetsReceived").GetInt64();
        var after = (await alice.EventAsync("stats", count: 4)).GetProperty("packetsReceived").GetInt64();
        Assert.True(after > before + 20, "the phone without its card sends on");
        Assert.Equal("hung-up", (await alice.EventAsync("ended")).GetProperty("reason").GetString());
        Assert.Equal("remote-hung-up", (await bob.EventAsync("ended")).GetProperty("reason").GetString());
        Assert.Equal(0, await alice.EndsAsync());
        Assert.Equal(0, await bob.EndsAsync());
    }

    [Fact]
    public async Task TheCardsAreListedAndAWrongNameIsOneLine()
    {
        using var cards = new PipeWireCards(looped: false);
        await using var devices = EarshotPhone.StartWith(cards.Environment, "devices");
        Assert.Equal(0, await devices.EndsAsync());
        Assert.Contains(devices.Events, e => e.GetProperty("name").GetString() == "A_spk");
        await using var wrong = EarshotPhone.StartWith(cards.Environment, "call", "127.0.0.1:9", "--mic", "device:Zork", "--speaker", "null");
        Assert.Equal(3, await wrong.EndsAsync());
        Assert.Contains("A_mic", (await wrong.EventAsync("error")).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    /// <summary>One period is filled while another is played: two of them at least, and not many more.</summary>
    [Theory]
    [InlineData(128)]
    [InlineData(512)]
    public async Task TheRoundTripIsAFewPeriodsOfTheCard(int quantum)
    {
        using var cards = new PipeWireCards(looped: true, quantum);
        await using var latency = EarshotPhone.StartWith(cards.Environment, "latency", "--mic", "device:A_mic", "--speaker", "device:A_spk", "--duration", "4");
        Assert.Equal(0, await latency.EndsAsync());
        var result = await latency.EventAsync("latency");
        Assert.True(result.GetProperty("samples").GetInt32() >= 5, latency.Output);
        Assert.Equal(quantum / 48.0, result.GetProperty("blockMs").GetDouble(), 0.01);
        Assert.InRange(result.GetProperty("minMs").GetDouble() / result.GetProperty("blockMs").GetDouble(), 1.5, 4);
    }

    private static EarshotPhone Speaks(PipeWireCards cards, string microphone, string speech) => EarshotPhone.StartWith(cards.Environment,
        "loopback", "--live", "--duration", "60", "--mic", "file+loop:" + speech, "--speaker", "device:" + microphone);
}
