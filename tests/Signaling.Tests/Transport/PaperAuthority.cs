// SPDX-License-Identifier: MIT
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Earshot.Signaling.Transport;

namespace Earshot.Signaling.Tests.Transport;

/// <summary>A certificate authority for one test.</summary>
internal sealed class PaperAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;

    public PaperAuthority()
    {
        var request = new CertificateRequest($"CN=paper root {Guid.NewGuid():N}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(10));
    }

    /// <summary>For one who trusts this authority.</summary>
    public TlsSettings Trusting => new() { Roots = [_root] };

    /// <summary>For one who shows a certificate with these names.</summary>
    public TlsSettings Showing(string[] dns, string[]? uris = null, IPAddress[]? addresses = null, int validDays = 5, string subject = "CN=leaf") =>
        new() { Certificate = Leaf(dns, uris ?? [], addresses ?? [], validDays, subject), Roots = [_root] };

    public void Dispose()
    {
        _key.Dispose();
        _root.Dispose();
    }

    public X509Certificate2 Leaf(string[] dns, string[] uris, IPAddress[] addresses, int validDays, string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in dns) names.AddDnsName(name);
        foreach (var uri in uris) names.AddUri(new Uri(uri));
        foreach (var address in addresses) names.AddIpAddress(address);
        if (dns.Length + uris.Length + addresses.Length > 0) request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(_root, DateTimeOffset.UtcNow.AddDays(-8), DateTimeOffset.UtcNow.AddDays(validDays), RandomNumberGenerator.GetBytes(8));
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null); // Windows wants the key in its store
    }
}
