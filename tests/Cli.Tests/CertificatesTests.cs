// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Earshot.Cli.Options;

namespace Earshot.Cli.Tests;

/// <summary>Certificates that cannot be shown are told when the phone starts, in words of our own.</summary>
public sealed class CertificatesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("earshot-certificates-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ACertificateWithoutItsKeyAsksForTheKey()
    {
        var (certificate, key) = Make(DateTimeOffset.Now.AddDays(1));
        var wrong = Assert.Throws<UsageException>(() => Certificates.Own(certificate, null));
        Assert.Equal($"--tls-cert {certificate}: there is no private key in it", wrong.Message);
        Assert.Contains("--tls-key", wrong.Hint, StringComparison.Ordinal);
        Assert.True(Certificates.Own(certificate, key).Own!.HasPrivateKey);
    }

    [Fact]
    public void WhatTheFrameworkSaysEndsWithoutAFullStop()
    {
        var (certificate, key) = Make(DateTimeOffset.Now.AddDays(1));
        File.WriteAllText(key, "-----BEGIN PRIVATE KEY-----\nbm9uc2Vuc2U=\n-----END PRIVATE KEY-----\n");
        Assert.False(Assert.Throws<UsageException>(() => Certificates.Own(certificate, key)).Message.EndsWith('.'));
    }

    [Fact]
    public void AnExpiredOneIsNotShown()
    {
        var (certificate, key) = Make(DateTimeOffset.Now.AddDays(-2));
        Assert.Contains("it expired on ", Assert.Throws<UsageException>(() => Certificates.Own(certificate, key)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("udp", false)]
    [InlineData("ws", false)]
    [InlineData("tls", true)]
    [InlineData("wss", true)]
    public void OneThatNobodyWouldSeeIsRefused(string transport, bool isTaken)
    {
        var options = new PhoneOptionSet();
        var command = new System.CommandLine.Command("answer");
        options.AddTo(command);
        var said = command.Parse(["--transport", transport, "--tls-cert", "x.pem"]);
        var wrong = Record.Exception(() => options.RefuseWhatNobodySees(said, OptionValues.Transport(transport)));
        if (isTaken) Assert.Null(wrong);
        else Assert.StartsWith($"--tls-cert does not apply to --transport {transport}", Assert.IsType<UsageException>(wrong).Message, StringComparison.Ordinal);
    }

    private (string Certificate, string Key) Make(DateTimeOffset until)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest("CN=phone", pair, HashAlgorithmName.SHA256).CreateSelfSigned(until.AddDays(-30), until);
        var (certificate, key) = (Path.Combine(_folder, "c.pem"), Path.Combine(_folder, "k.pem"));
        File.WriteAllText(certificate, made.ExportCertificatePem());
        File.WriteAllText(key, pair.ExportPkcs8PrivateKeyPem());
        return (certificate, key);
    }
}
