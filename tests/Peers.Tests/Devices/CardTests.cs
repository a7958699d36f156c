// SPDX-License-Identifier: MIT
using Earshot.Audio.Files;
using Earshot.Audio.Measurement;
using Earshot.Peers.Tests.Harness;

namespace Earshot.Peers.Tests.Devices;

/// <summary>Two phones on two virtual sound cards, A and B, through PortAudio: what is said into one card is heard from the other.</summary>
public sealed class CardTests
{
    [Fact]
    public async Task WhatIsSaidIntoCardAIsHeardFromCardB()
    {
        using var cards = new PipeWireCards(looped: false);
        await using var person = EarshotPhone.StartWith(cards.Environment,
            "loopback", "--live", "--duration", "30", "--mic", "file+loop:" + Repository.Speech, "--speaker", "device:A_mic");
        await using var bob = EarshotPhone.StartWith(cards.Environment,
            "answer", "--listen", "127.0.0.1:0", "--auto", "--count", "1", "--mic", "device:B_mic", "--speaker", "device:B_spk", "--record", cards.File("bob.wav"));
        var port = await bob.PortAsync();
        await using var alice = EarshotPhone.StartWith(cards.Environment,
            "call", $"127.0.0.1:{port}", "--listen", "127.0.0.1:0", "--mic", "device:A_mic", "--speaker", "device:A_spk", "--duration", "6");
        Assert.Equal("sdes", (await alice.EventAsync("connected")).GetProperty("key_exchange").GetString());
        Assert.Equal(0, await alice.EndsAsync());
        Assert.Equal(0, await bob.EndsAsync());
        var match = SpeechCorrelation.Compare(WavReader.ReadAll(Repository.Speech, out _), Heard(cards.File("bob.wav")));
        Assert.True(match.Correlation > 0.8, $"what Bob heard is not what was said: {match}");
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
        Assert.Equal("device-lost", (await bob.EventAsync("notice")).GetProperty("code").GetString());
        var before = (await alice.EventAsync("stats", count: 3)).GetProperty("packetsReceived").GetInt64();
        var after = (await alice.EventAsync("stats", count: 4)).GetProperty("packetsReceived").GetInt64();
        Assert.True(after > before + 20, "the phone without its card sends on");
        Assert.Equal("hung-up", (await alice.EventAsync("ended")).GetProperty("reason").GetString());
        Assert.Equal("remote-hung-up", (await bob.EventAsync("ended")).GetProperty("reason").GetString());
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

    [Fact]
    public async Task TheDevicesRoundTripIsMeasured()
    {
        using var cards = new PipeWireCards(looped: true);
        await using var latency = EarshotPhone.StartWith(cards.Environment, "latency", "--mic", "device:A_mic", "--speaker", "device:A_spk", "--duration", "4");
        Assert.Equal(0, await latency.EndsAsync());
        var result = await latency.EventAsync("latency");
        Assert.True(result.GetProperty("samples").GetInt32() >= 5, latency.Output);
        Assert.True(result.GetProperty("minMs").GetDouble() >= 2.5, "a round trip takes at least one period of 2.67 ms: " + latency.Output);
    }

    // The right channel is what was heard.
    private static short[] Heard(string recording)
    {
        var bytes = File.ReadAllBytes(recording).AsSpan(44);
        var heard = new short[bytes.Length / 4];
        for (var i = 0; i < heard.Length; i++) heard[i] = BitConverter.ToInt16(bytes[((4 * i) + 2)..]);
        return heard;
    }
}
