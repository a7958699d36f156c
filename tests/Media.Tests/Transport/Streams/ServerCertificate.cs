// SPDX-License-Identifier: MIT
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Earshot.Media.Tests.Transport.Streams;

/// <summary>A server's certificate, and the root that has signed it.</summary>
internal sealed class ServerCertificate : IDisposable
{
    public ServerCertificate(string name, int validDays = 5)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=root {Guid.NewGuid():N}", rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        Root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(10));
        Leaf = Sign(name, validDays);
    }

    public X509Certificate2 Root { get; }

    public X509Certificate2 Leaf { get; }

    public void Dispose()
    {
        Root.Dispose();
        Leaf.Dispose();
    }

    private X509Certificate2 Sign(string name, int validDays)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(Root, DateTimeOffset.UtcNow.AddDays(-8), DateTimeOffset.UtcNow.AddDays(validDays), RandomNumberGenerator.GetBytes(8));
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null); // Windows wants the key in its store
    }
}
