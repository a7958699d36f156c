// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Earshot.Peers.Tests.Harness;

namespace Earshot.Peers.Tests.Browser;

/// <summary>Chromium with the page of examples/browser calls <c>earshot answer</c> and is called back: both hear the other's speech, encrypted.</summary>
public sealed class BrowserCallTests : IDisposable
{
    private static readonly TimeSpan Talk = TimeSpan.FromSeconds(10.5); // the file of five seconds is in it once from its beginning

    private readonly ScratchFolder _scratch = new();

    public BrowserCallTests()
    {
        if (WebPage.Missing is { } missing) Assert.Skip(missing);
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task TheBrowserCallsAndIsCalledBackOverItsConnection()
    {
        await using var phone = Answering("--transport", "ws", "--count", "1", "--call-back", "1");
        await using var page = await WebPage.ShowAsync(Repository.OtherSpeech);
        await page.CallAsync(await phone.PortAsync());

        IsEncrypted(await phone.EventAsync("connected"), "clear");
        await TalksAsync(page, "first.wav");
        await page.Browser.ClickAsync("#hangup");
        Assert.Equal("remote-hung-up", (await phone.EventAsync("ended")).GetProperty("reason").GetString());
        Speech.IsHeard(Repository.OtherSpeech, _scratch.File("heard.wav"));

        Assert.EndsWith(".invalid;transport=ws;ob", (await phone.EventAsync("calling")).GetProperty("uri").GetString(), StringComparison.Ordinal);
        await page.IsAsync("ringing");
        await page.Browser.ClickAsync("#answer");
        IsEncrypted(await phone.EventAsync("connected", count: 2), "clear");
        await TalksAsync(page, "second.wav");
        phone.Signal("INT");
        await page.IsAsync("idle");
        Assert.Equal(130, await phone.EndsAsync());
        Assert.DoesNotContain("security-refusal", phone.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OverSecureWebSocketNothingIsInClear()
    {
        var (certificate, key) = SelfSigned();
        await using var phone = Answering("--transport", "wss", "--count", "1", "--tls-cert", certificate, "--tls-key", key);
        await using var page = await WebPage.ShowAsync(Repository.OtherSpeech);
        await page.CallAsync(await phone.PortAsync(), "wss");
        IsEncrypted(await phone.EventAsync("connected"), "protected");
        await TalksAsync(page, "wss.wav");
        await page.Browser.ClickAsync("#hangup");
        Assert.Equal(0, await phone.EndsAsync());
    }

    private (string Certificate, string Key) SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=earshot", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        File.WriteAllText(_scratch.File("cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(_scratch.File("key.pem"), key.ExportPkcs8PrivateKeyPem());
        return (_scratch.File("cert.pem"), _scratch.File("key.pem"));
    }

    private EarshotPhone Answering(params string[] more) => EarshotPhone.StartWith(
        new Dictionary<string, string> { ["XDG_DATA_HOME"] = _scratch.File("data") },
        ["answer", "--listen", "127.0.0.1:0", "--mic", "file+loop:" + Repository.Speech, "--speaker", "file:" + _scratch.File("heard.wav"), .. more]);

    private static void IsEncrypted(JsonElement connected, string signalling)
    {
        Assert.Equal("opus", connected.GetProperty("codec").GetString());
        Assert.Equal("dtls", connected.GetProperty("key_exchange").GetString());
        Assert.Equal("AEAD_AES_128_GCM", connected.GetProperty("srtp_profile").GetString());
        Assert.Equal(signalling, connected.GetProperty("signalling").GetString());
    }

    private async Task TalksAsync(WebPage page, string recording)
    {
        await page.IsAsync("talking");
        await page.RecordAsync();
        await Task.Delay(Talk);
        var facts = await page.FactsAsync();
        var heard = await page.SaveRecordingAsync(_scratch.File(recording));
        Speech.IsHeard(Repository.Speech, heard);

        Assert.Equal("connected", facts.GetProperty("ice").GetString());
        Assert.Equal("connected", facts.GetProperty("dtls").GetString());
        Assert.Contains("AEAD_AES_128_GCM", facts.GetProperty("profile").GetString(), StringComparison.Ordinal);
        Assert.Equal("opus", facts.GetProperty("codec").GetString());
        Assert.Equal("opus", facts.GetProperty("sendCodec").GetString());
        Assert.Equal(0, facts.GetProperty("lost").GetInt32());
        Assert.InRange(facts.GetProperty("received").GetInt32(), 100, 1000);
        Assert.InRange(facts.GetProperty("sent").GetInt32(), 100, 1000);
        Assert.InRange(facts.GetProperty("roundTrip").GetDouble(), 0, 0.2);
        Assert.Equal("udp", facts.GetProperty("near").GetProperty("protocol").GetString());
    }
}
