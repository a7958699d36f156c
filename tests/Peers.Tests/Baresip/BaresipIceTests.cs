// SPDX-License-Identifier: MIT
using Earshot.Peers.Tests.Harness;

namespace Earshot.Peers.Tests.Baresip;

/// <summary>
/// baresip with ICE of its own (libre): each side begins once with keys by DTLS, and baresip by SDES. The fourth pair is baresip's own loss: called by SDES with ICE it answers
/// without ICE and with a suite under another one's tag, before it has looked at our keys.
/// </summary>
public sealed class BaresipIceTests : IClassFixture<PulseCards>, IDisposable
{
    private const int TalkSeconds = 6;

    private readonly ScratchFolder _scratch = new();

    private readonly PulseCards _cards;

    public BaresipIceTests(PulseCards cards)
    {
        _cards = cards;
        Assert.SkipUnless(RunningProgram.Exists("baresip"), "baresip is not installed (apt-get install baresip-core)");
        Assert.SkipUnless(cards.Environment.Count > 0, "PulseAudio is not installed (apt-get install pulseaudio libasound2-plugins)");
    }

    private Dictionary<string, string> Home => new() { ["XDG_DATA_HOME"] = _scratch.File("data") };

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task WeCallBaresipByIceAndDtlsAndHangUp()
    {
        await using var baresip = BaresipPhone.Start(_cards, _scratch, "opus/48000/2", "dtls_srtp", Repository.OtherSpeech, rtcpMux: true, ice: true);
        await baresip.SaysAsync("ready");
        await using var phone = EarshotPhone.StartWith(
            Home, "call", $"sip:bare@127.0.0.1:{baresip.Port}", "--listen", "127.0.0.1:0", "--codecs", "opus", "--security", "dtls", "--ice", "on",
            "--mic", "file+loop:" + Repository.Speech, "--speaker", "file:" + _scratch.File("heard.wav"), "--duration", $"{TalkSeconds}");
        var connected = await phone.EventAsync("connected");
        Assert.Equal("dtls", connected.GetProperty("key_exchange").GetString());
        Assert.Contains(connected.GetProperty("ice").GetString(), (string[])["host", "prflx"]);
        Assert.StartsWith("A", connected.GetProperty("srtp_profile").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, await phone.EndsAsync());
        await baresip.SaysAsync("terminated");
        Assert.DoesNotContain("security-refusal", phone.Output, StringComparison.Ordinal);
        Speech.IsHeard(Repository.OtherSpeech, _scratch.File("heard.wav"));
        Speech.IsHeard(Repository.Speech, baresip.Heard);
    }

    [Theory]
    [InlineData("dtls_srtp", "dtls")]
    [InlineData("srtp-mand", "sdes")]
    public async Task BaresipCallsUsByIceAndHangsUp(string theirs, string ours)
    {
        await using var phone = EarshotPhone.StartWith(
            Home, "answer", "--listen", "127.0.0.1:0", "--count", "1", "--security", "dtls,sdes", "--ice", "on", "--mic", "file+loop:" + Repository.Speech,
            "--speaker", "file:" + _scratch.File("heard.wav"));
        var port = await phone.PortAsync();
        await using var baresip = BaresipPhone.Start(
            _cards, _scratch, "opus/48000/2", theirs, Repository.OtherSpeech, $"sip:earshot@127.0.0.1:{port}", rtcpMux: true, ice: true);
        var connected = await phone.EventAsync("connected");
        Assert.Equal(ours, connected.GetProperty("key_exchange").GetString());
        Assert.Contains(connected.GetProperty("ice").GetString(), (string[])["host", "prflx"]);
        var ended = await phone.EventAsync("ended"); // the end of its file ends its call
        Assert.Equal("remote-hung-up", ended.GetProperty("reason").GetString());
        Assert.Equal(0, await phone.EndsAsync());
        Speech.IsHeard(Repository.OtherSpeech, _scratch.File("heard.wav"));
        Speech.IsHeard(Repository.Speech, baresip.Heard);
    }
}
