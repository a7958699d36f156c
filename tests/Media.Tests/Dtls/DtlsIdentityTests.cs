// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol.Sdp;

namespace Earshot.Media.Tests.Dtls;

public sealed class DtlsIdentityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("earshot-identity-").FullName;

    private string File => Path.Combine(_folder, "keys", "identity.pem");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AnInstallationKeepsItsCertificate()
    {
        var first = DtlsIdentity.LoadOrCreate(File);
        Assert.Equal(first.Fingerprint, DtlsIdentity.LoadOrCreate(File).Fingerprint);
        Assert.NotEqual(first.Fingerprint, DtlsIdentity.CreateEphemeral().Fingerprint);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(File)!));
    }

    [Fact]
    public void TheCertificateIsP256AndSaysNothingAboutItsOwner()
    {
        var identity = DtlsIdentity.CreateEphemeral();
        using var certificate = X509CertificateLoader.LoadCertificate(identity.CertificateBytes.Span);
        using var key = certificate.GetECDsaPublicKey()!;
        Assert.Equal(256, key.KeySize);
        Assert.Equal("CN=earshot", certificate.Subject);
        Assert.Equal(new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc), certificate.NotBefore.ToUniversalTime());
        Assert.Equal(identity.Fingerprint.ToBytes(), SHA256.HashData(identity.CertificateBytes.Span));
        Assert.Equal(identity.Fingerprint.ToBytes(), certificate.GetCertHash(HashAlgorithmName.SHA256));
    }

    [Fact]
    public void OnlyTheOwnerMayReadIt()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("modes are of Unix");
            return;
        }

        DtlsIdentity.LoadOrCreate(File);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(Path.GetDirectoryName(File)!));

        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var refused = Assert.Throws<OwnersFileException>(() => DtlsIdentity.LoadOrCreate(File));
        Assert.Contains("chmod 600", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void ADamagedFileIsToldAndKept(string text)
    {
        DtlsIdentity.LoadOrCreate(File);
        System.IO.File.WriteAllText(File, text);
        var refused = Assert.Throws<OwnersFileException>(() => DtlsIdentity.LoadOrCreate(File));
        Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Equal(text, System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void AKeyOfAnotherKindOrAnotherCertificateIsDamage()
    {
        DtlsIdentity.LoadOrCreate(File);
        string other = Path.Combine(_folder, "other.pem");
        DtlsIdentity.LoadOrCreate(other);
        string[] mine = System.IO.File.ReadAllText(File).Split("-----BEGIN PRIVATE KEY-----");
        string[] theirs = System.IO.File.ReadAllText(other).Split("-----BEGIN PRIVATE KEY-----");
        System.IO.File.WriteAllText(File, mine[0] + "-----BEGIN PRIVATE KEY-----" + theirs[1]);
        Assert.Throws<OwnersFileException>(() => DtlsIdentity.LoadOrCreate(File));

        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var certificate = new CertificateRequest("CN=x", p384, HashAlgorithmName.SHA384).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
        System.IO.File.WriteAllText(File, certificate.ExportCertificatePem() + "\n" + p384.ExportPkcs8PrivateKeyPem());
        Assert.Throws<OwnersFileException>(() => DtlsIdentity.LoadOrCreate(File));
    }

    [Fact]
    public void AFileThatCannotBeWrittenIsToldInOneLine()
    {
        System.IO.File.WriteAllText(Path.Combine(_folder, "keys"), "a file where a folder should be");
        var refused = Assert.Throws<OwnersFileException>(() => DtlsIdentity.LoadOrCreate(File));
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void ManyWhoCreateAtOnceAgreeOnOne()
    {
        var fingerprints = new Fingerprint[16];
        Parallel.For(0, fingerprints.Length, i => fingerprints[i] = DtlsIdentity.LoadOrCreate(File).Fingerprint);
        Assert.Single(fingerprints.Distinct());
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(File)!));
    }
}
