// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Earshot.Protocol.Sdp;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Prng;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using CertificateRequest = System.Security.Cryptography.X509Certificates.CertificateRequest;
using TlsHash = Org.BouncyCastle.Tls.HashAlgorithm;

namespace Earshot.Media.Transport.Dtls;

/// <summary>The certificate that proves who we are: self-signed, ECDSA P-256, known by its fingerprint alone (RFC 5763 §5).</summary>
/// <remarks>Immutable. Thread: any.</remarks>
internal sealed class DtlsIdentity
{
    // Dates and name say nothing about the installation: who compares fingerprints reads neither.
    private static readonly DateTimeOffset ValidFrom = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset ValidTo = new(2124, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const int LargestFile = 65_536;

    private const string Remedy = "Restore it, or delete it to get a new identity (those who verified you will be warned)";

    private const string P256 = "1.2.840.10045.3.1.7";

    private readonly AsymmetricKeyParameter _key;
    private readonly Certificate _chain;

    private DtlsIdentity(byte[] certificate, byte[] pkcs8)
    {
        _key = PrivateKeyFactory.CreateKey(pkcs8);
        _chain = new Certificate([Crypto.CreateCertificate(certificate)]);
        CertificateBytes = certificate;
        Fingerprint = Fingerprint.Of(certificate);
    }

    /// <summary>The certificate, DER.</summary>
    public ReadOnlyMemory<byte> CertificateBytes { get; }

    /// <summary>Its SHA-256, as SDP writes it.</summary>
    public Fingerprint Fingerprint { get; }

    /// <summary>The one set of algorithms, on the operating system's generator.</summary>
    internal static BcTlsCrypto Crypto { get; } = new(new SecureRandom(new CryptoApiRandomGenerator()));

    /// <summary>A new one that lives in memory alone.</summary>
    public static DtlsIdentity CreateEphemeral()
    {
        var (certificate, pkcs8) = Draw();
        var identity = new DtlsIdentity(certificate, pkcs8);
        CryptographicOperations.ZeroMemory(pkcs8);
        return identity;
    }

    /// <summary>The installation's: read from its file, which is written when it is missing.</summary>
    /// <param name="path">The file; only its owner may read it.</param>
    /// <exception cref="OwnersFileException">The file cannot be used; the message says why and what to do.</exception>
    public static DtlsIdentity LoadOrCreate(string path)
    {
        if (OwnersFile.TryRead(path, out string pem, LargestFile, Remedy))
            return FromPem(path, pem);
        var (certificate, pkcs8) = Draw();
        string text = PemEncoding.WriteString("CERTIFICATE", certificate) + "\n" + PemEncoding.WriteString("PRIVATE KEY", pkcs8) + "\n";
        CryptographicOperations.ZeroMemory(pkcs8);

        // Another process may have been first: what stands in the file counts.
        OwnersFile.Create(path, text);
        return OwnersFile.TryRead(path, out pem, LargestFile, Remedy)
            ? FromPem(path, pem)
            : throw new OwnersFileException($"{path} disappeared while it was written: is another program cleaning up there?");
    }

    /// <summary>What signs for us in a handshake.</summary>
    internal TlsCredentialedSigner SignerFor(TlsContext context) =>
        new BcDefaultTlsCredentialedSigner(
            new TlsCryptoParameters(context), Crypto, _key, _chain,
            SignatureAndHashAlgorithm.GetInstance(TlsHash.sha256, SignatureAlgorithm.ecdsa));

    private static (byte[] Certificate, byte[] Pkcs8) Draw()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=earshot", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(ValidFrom, ValidTo);
        return (certificate.RawData, key.ExportPkcs8PrivateKey());
    }

    private static DtlsIdentity FromPem(string path, string pem)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(pem, pem);
            using var key = certificate.GetECDsaPrivateKey() ?? throw new CryptographicException("no ECDSA key");
            if (key.ExportParameters(false).Curve.Oid?.Value != P256)
                throw new CryptographicException("another curve than P-256");
            byte[] pkcs8 = key.ExportPkcs8PrivateKey();
            var identity = new DtlsIdentity(certificate.RawData, pkcs8);
            CryptographicOperations.ZeroMemory(pkcs8);
            return identity;
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException or IOException)
        {
            throw new OwnersFileException(
                $"{path} is damaged: no certificate with its P-256 key in it. {Remedy}", wrong);
        }
    }
}
