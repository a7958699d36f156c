// SPDX-License-Identifier: MIT
using System.Net;
using System.Text;
using System.Text.Json;
using Earshot.Peers.Tests.Harness;
using Earshot.Protocol;
using Earshot.Protocol.Sdp;

namespace Earshot.Peers.Tests.Browser;

/// <summary>Chromium's own parser judges our descriptions: what it takes must be what browsers write and read.</summary>
public sealed class DescriptionTests : IClassFixture<DescriptionTests.OnePage>
{
    private readonly OnePage _shown;

    public DescriptionTests(OnePage shown)
    {
        _shown = shown;
        if (WebPage.Missing is { } missing) Assert.Skip(missing);
    }

    [Theory]
    [InlineData("audio")]
    [InlineData("audio,video")]
    [InlineData("audio,video,data")]
    [InlineData("video,audio")]
    [InlineData("data,audio")]
    [InlineData("audio,audio")]
    public async Task ChromiumTakesOurAnswer(string offered)
    {
        var offer = await EvaluateAsync($"{MakeOffer(offered, "balanced")} return pc.localDescription.sdp;");
        var side = new OfferAnswer(1);
        Assert.True(side.HandleOffer(Bytes(offer)).Accepted);
        var answer = side.CreateAnswer(Ours());
        Assert.True(answer.Accepted, answer.Reason);
        var heard = await EvaluateAsync($"await pc.setRemoteDescription({{ type: 'answer', sdp: {Text(answer.Sdp)} }}); return {Transceivers};");
        Assert.Contains("audio sendrecv", heard, StringComparison.Ordinal);
        Assert.DoesNotContain("video sendrecv", heard, StringComparison.Ordinal);
        Assert.DoesNotContain("audio sendrecv,audio sendrecv", heard, StringComparison.Ordinal);

        // A later offer of the browser names what was refused again, and is answered alike.
        var again = await EvaluateAsync("await pc.setLocalDescription(); return pc.localDescription.sdp;");
        Assert.True(side.HandleOffer(Bytes(again)).Accepted);
        var second = side.CreateAnswer(Ours());
        Assert.True(second.Accepted, second.Reason);
        await EvaluateAsync($"await pc.setRemoteDescription({{ type: 'answer', sdp: {Text(second.Sdp)} }}); return '';");
    }

    [Fact]
    public async Task ChromiumAnswersOurOfferAndTheNextOne()
    {
        var side = new OfferAnswer(1);
        var ours = Ours();
        var offer = side.CreateOffer(ours);
        var answer = await EvaluateAsync(
            $"window.pc = new RTCPeerConnection({{ bundlePolicy: 'max-bundle' }}); const m = await navigator.mediaDevices.getUserMedia({{ audio: true }}); " +
            $"pc.ontrack = e => {{ window.streams = e.streams.length; }}; await pc.setRemoteDescription({{ type: 'offer', sdp: {Text(offer)} }}); m.getTracks().forEach(t => pc.addTrack(t, m)); " +
            "await pc.setLocalDescription(); return pc.localDescription.sdp;");
        var agreed = side.HandleAnswer(Bytes(answer));
        Assert.True(agreed.Accepted, agreed.Reason + "\n" + answer);
        Assert.Equal("opus", agreed.Media!.Codec.Name);
        Assert.True(agreed.Media.RtcpMux);
        Assert.False(agreed.Media.Dtls!.IsClient); // the browser answers active
        Assert.Equal("1", await EvaluateAsync("return String(window.streams);")); // pages read streams[0]

        var hold = side.CreateOffer(ours with { Direction = MediaDirection.SendOnly });
        var held = await EvaluateAsync(
            $"await pc.setRemoteDescription({{ type: 'offer', sdp: {Text(hold)} }}); await pc.setLocalDescription(); return pc.localDescription.sdp;");
        agreed = side.HandleAnswer(Bytes(held));
        Assert.True(agreed.Accepted, agreed.Reason);
        Assert.Equal(MediaDirection.SendOnly, agreed.Media!.Direction);
    }

    // What the phone writes, with ICE attributes by hand: nobody sends anything here.
    private static LocalMedia Ours() => new()
    {
        Codecs = [new("opus", 48000, 2, 111, "useinbandfec=1"), new("PCMU", 8000, 1, 0), new("telephone-event", 48000, 1, 110, "0-15"), new("telephone-event", 8000, 1, 101, "0-15")],
        Address = IPAddress.Loopback,
        Port = 40000,
        Security = MediaSecurityPolicy.Dtls,
        Dtls = new DtlsNegotiation(new FingerprintSet(Fingerprint.Of("a certificate"u8)), new Counting()),
        ExtendedReports = true,
        MediaAttributes = ["ice-ufrag:abcd", "ice-pwd:abcdefghijklmnopqrstuvwx", "candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host"],
    };

    private const string Transceivers = "pc.getTransceivers().map(t => t.receiver.track.kind + ' ' + t.currentDirection).join(',')";

    private static string MakeOffer(string parts, string bundlePolicy) =>
        $"window.pc = new RTCPeerConnection({{ bundlePolicy: '{bundlePolicy}' }}); const m = await navigator.mediaDevices.getUserMedia({{ audio: true, video: true }}); "
        + string.Concat(parts.Split(',').Select(part => part == "data"
            ? "pc.createDataChannel('d');"
            : $"pc.addTransceiver(m.get{char.ToUpperInvariant(part[0])}{part[1..]}Tracks()[0].clone(), {{ streams: [m] }});"))
        + "await pc.setLocalDescription();";

    private async Task<string> EvaluateAsync(string body) => (await _shown.Page!.Browser.EvaluateAsync($"(async () => {{ {body} }})()")).GetString()!;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> sdp) => JsonSerializer.Serialize(Encoding.UTF8.GetString(sdp.Span));

    private sealed class Counting : IRandomSource
    {
        private byte _next;

        public void Fill(Span<byte> bytes)
        {
            foreach (ref var one in bytes) one = _next++;
        }
    }

    /// <summary>Each test makes connections of its own in it.</summary>
    public sealed class OnePage : IAsyncLifetime
    {
        internal WebPage? Page { get; private set; }

        public async ValueTask InitializeAsync()
        {
            if (WebPage.Missing is null) Page = await WebPage.ShowAsync(Repository.OtherSpeech);
        }

        public async ValueTask DisposeAsync()
        {
            if (Page is not null) await Page.DisposeAsync();
        }
    }
}
