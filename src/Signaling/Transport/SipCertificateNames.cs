// SPDX-License-Identifier: MIT
using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Earshot.Signaling.Transport;

/// <summary>Which SIP domains a certificate speaks for (RFC 5922 §7.1): its sip URIs, else its DNS names, else its common name. No wildcards (§7.2).</summary>
internal sealed class SipCertificateNames
{
    private const string SubjectAltName = "2.5.29.17";
    private static readonly Asn1Tag Dns = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag Link = new(TagClass.ContextSpecific, 6);
    private static readonly Asn1Tag Address = new(TagClass.ContextSpecific, 7);

    private readonly List<string> _domains = [];
    private readonly List<IPAddress> _addresses = [];

    /// <summary>Reads a certificate. Never throws: one that cannot be read speaks for nobody.</summary>
    public static SipCertificateNames Of(X509Certificate2 certificate)
    {
        var names = new SipCertificateNames();
        var extension = certificate.Extensions.FirstOrDefault(e => e.Oid?.Value == SubjectAltName);
        try
        {
            if (extension is not null) names.Read(extension.RawData);
            else if (certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) is { Length: > 0 } common) names._domains.Add(common);
        }
        catch (AsnContentException)
        {
            names._domains.Clear();
            names._addresses.Clear();
        }

        return names;
    }

    /// <summary>Does it speak for the host of a SIP URI?</summary>
    public bool Match(string host) =>
        IPAddress.TryParse(host, out var address) ? _addresses.Contains(address) : _domains.Contains(host.TrimEnd('.'), StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override string ToString()
    {
        var all = string.Join(", ", [.. _domains, .. _addresses.Select(a => a.ToString())]);
        return all.Length == 0 ? "nobody" : new string([.. all.Take(200).Select(c => char.IsControl(c) ? '?' : c)]);
    }

    private void Read(byte[] extension)
    {
        var links = new List<string>();
        var all = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
        while (all.HasData)
        {
            var tag = all.PeekTag();
            if (tag.HasSameClassAndValue(Dns)) _domains.Add(all.ReadCharacterString(UniversalTagNumber.IA5String, Dns));
            else if (tag.HasSameClassAndValue(Link)) links.Add(all.ReadCharacterString(UniversalTagNumber.IA5String, Link));
            else if (tag.HasSameClassAndValue(Address)) AddAddress(all.ReadOctetString(Address));
            else all.ReadEncodedValue();
        }

        // §7.1: where there are sip URIs they alone count; one with a user speaks for that user and no domain.
        var domains = links.Select(Domain).OfType<string>().ToList();
        if (domains.Count == 0) return;
        _domains.Clear();
        _domains.AddRange(domains);
    }

    private void AddAddress(byte[] bytes)
    {
        if (bytes.Length is 4 or 16) _addresses.Add(new IPAddress(bytes));
    }

    private static string? Domain(string uri) =>
        Earshot.Protocol.Sip.SipUriView.TryParse(Encoding.ASCII.GetBytes(uri), out var view) && view.Scheme == Earshot.Protocol.Sip.SipUriScheme.Sip && view.User.IsEmpty ? view.HostString() : null;
}
