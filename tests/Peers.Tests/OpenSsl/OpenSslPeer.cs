// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Earshot.Peers.Tests.Harness;
using Earshot.Protocol.Sdp;

namespace Earshot.Peers.Tests.OpenSsl;

/// <summary>openssl's command speaking DTLS with use_srtp, a certificate of its own, and the key material that it exports.</summary>
internal sealed partial class OpenSslPeer : IAsyncDisposable
{
    private readonly ScratchFolder _folder = new();
    private RunningProgram? _program;

    public OpenSslPeer(bool rsa)
    {
        if (!RunningProgram.Exists("openssl")) Assert.Skip("openssl is not installed");
        using var certificate = Certificate(rsa, out string key);
        File.WriteAllText(_folder.File("cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(_folder.File("key.pem"), key);
        Fingerprint = Fingerprint.Of(certificate.RawData);
    }

    public Fingerprint Fingerprint { get; }

    public int Port { get; } = ScratchFolder.FreePort();

    public string Output => _program!.Output;

    public void Listen(string profiles, int exported, params string[] more) => Run(
        ["s_server", "-dtls1_2", "-accept", $"127.0.0.1:{Port}", .. Common(profiles, exported), "-cert", _folder.File("cert.pem"), "-key", _folder.File("key.pem"), "-Verify", "1", .. more]);

    public void Connect(int port, string profiles, int exported, bool anonymous = false, params string[] more)
    {
        string[] identity = anonymous ? [] : ["-cert", _folder.File("cert.pem"), "-key", _folder.File("key.pem")];
        Run(["s_client", "-dtls1_2", "-connect", $"127.0.0.1:{port}", "-bind", $"127.0.0.1:{Port}", .. Common(profiles, exported), .. identity, .. more]);
    }

    public void Type(string text) => _program!.Type(text);

    public Task SaysAsync(string text) => _program!.SaysAsync(text);

    /// <summary>What it exported, in hexadecimal.</summary>
    public async Task<string> ExportedAsync()
    {
        await _program!.SaysAsync("Keying material: ");
        for (int i = 0; i < 100; i++)
        {
            if (Material().Match(Output) is { Success: true } found) return found.Groups[1].Value;
            await Task.Delay(20);
        }

        return "";
    }

    public async ValueTask DisposeAsync()
    {
        if (_program is not null) await _program.DisposeAsync();
        _folder.Dispose();
    }

    private void Run(IEnumerable<string> arguments) => _program = new RunningProgram("openssl", arguments, _folder.Path);

    private static string[] Common(string profiles, int exported) =>
        ["-use_srtp", profiles, "-keymatexport", "EXTRACTOR-dtls_srtp", "-keymatexportlen", exported.ToString(CultureInfo.InvariantCulture), "-timeout"];

    private static X509Certificate2 Certificate(bool rsa, out string pem)
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        if (rsa)
        {
            using var key = RSA.Create(2048);
            pem = key.ExportPkcs8PrivateKeyPem();
            return new CertificateRequest("CN=peer", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(from, to);
        }

        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        pem = curve.ExportPkcs8PrivateKeyPem();
        return new CertificateRequest("CN=peer", curve, HashAlgorithmName.SHA256).CreateSelfSigned(from, to);
    }

    [GeneratedRegex("Keying material: ([0-9A-F]+)\\s")]
    private static partial Regex Material();
}
