// SPDX-License-Identifier: MIT
using Earshot.Peers.Tests.Harness;

namespace Earshot.Peers.Tests.Baresip;

/// <summary>baresip, an independent phone: it calls us and we call it, and what is heard is the speech that was sent.</summary>
public sealed class BaresipTests : IClassFixture<PulseCards>, IDisposable
{
    private const int TalkSeconds = 6;

    private readonly ScratchFolder _scratch = new();

    private readonly PulseCards _cards;

    public BaresipTests(PulseCards cards)
    {
        _cards = cards;
        Assert.SkipUnless(RunningProgram.Exists("baresip"), "baresip is not installed (apt-get install baresip-core)");
        Assert.SkipUnless(cards.Environment.Count > 0, "PulseAudio is not installed (apt-get install pulseaudio libasound2-plugins)");
    }

    public static TheoryData<string, string> Codecs => new() { { "opus", "opus/48000/2" }, { "g722", "G722/16000/1" }, { "pcmu", "PCMU/8000/1" } };

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Codecs))]
    public async Task WeCallBaresipEncryptedAndHangUp(string codec, string theirs)
    {
        await using var baresip = BaresipPhone.Start(_cards, _scratch, theirs, "srtp-mand", Repository.OtherSpeech);
        await baresip.SaysAsync("ready");
        await using var phone = EarshotPhone.Start(
            "call", $"sip:bare@127.0.0.1:{baresip.Port}", "--listen", "127.0.0.1:0", "--codecs", codec, "--security", "sdes",
            "--mic", "file+loop:" + Repository.Speech, "--speaker", "file:" + _scratch.File("heard.wav"), "--duration", $"{TalkSeconds}");
        var connected = await phone.EventAsync("connected");
        Assert.Equal(codec, connected.GetProperty("codec").GetString());
        Assert.StartsWith("A", connected.GetProperty("srtp_profile").GetString(), StringComparison.Ordinal); // AES_CM_128_HMAC_SHA1_80 or AEAD_AES_128_GCM
        Assert.Equal("sdes", connected.GetProperty("key_exchange").GetString());
        Assert.Equal(0, await phone.EndsAsync());
        await baresip.SaysAsync("terminated");
        Speech.IsHeard(Repository.OtherSpeech, _scratch.File("heard.wav"));
        Speech.IsHeard(Repository.Speech, baresip.Heard);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public async Task BaresipCallsUsEncryptedAndHangsUp(string codec, string theirs)
    {
        await using var phone = EarshotPhone.Start(
            "answer", "--listen", "127.0.0.1:0", "--count", "1", "--security", "sdes", "--mic", "file+loop:" + Repository.Speech, "--speaker", "file:" + _scratch.File("heard.wav"));
        var port = await phone.PortAsync();
        await using var baresip = BaresipPhone.Start(_cards, _scratch, theirs, "srtp-mand", Repository.OtherSpeech, $"sip:earshot@127.0.0.1:{port}");
        var connected = await phone.EventAsync("connected");
        Assert.Equal(codec, connected.GetProperty("codec").GetString());
        Assert.Equal("sdes", connected.GetProperty("key_exchange").GetString());
        var ended = await phone.EventAsync("ended"); // the end of its file ends its call
        Assert.Equal("remote-hung-up", ended.GetProperty("reason").GetString());
        Assert.Equal(0, await phone.EndsAsync());
        Speech.IsHeard(Repository.OtherSpeech, _scratch.File("heard.wav"));
        Speech.IsHeard(Repository.Speech, baresip.Heard);
    }

    [Fact]
    public async Task BaresipInClearIsRefusedUnlessClearWasAskedFor()
    {
        await using var baresip = BaresipPhone.Start(_cards, _scratch, "PCMU/8000/1", "", Repository.OtherSpeech);
        await baresip.SaysAsync("ready");
        var target = $"sip:bare@127.0.0.1:{baresip.Port}";
        await using var refused = EarshotPhone.Start("call", target, "--listen", "127.0.0.1:0", "--mic", "silence", "--speaker", "null");
        Assert.Equal("not-encrypted", (await refused.EventAsync("ended")).GetProperty("reason").GetString());
        Assert.Equal(5, await refused.EndsAsync());
        await using var clear = EarshotPhone.Start("call", target, "--listen", "127.0.0.1:0", "--mic", "silence", "--speaker", "null", "--security", "none", "--duration", "2");
        Assert.Equal("none", (await clear.EventAsync("connected")).GetProperty("key_exchange").GetString());
        Assert.Equal(0, await clear.EndsAsync());
    }
}
