// SPDX-License-Identifier: MIT
using Org.BouncyCastle.Tls;

namespace Earshot.Media.Transport.Dtls;

/// <summary>The DTLS server, as the library asks for it (RFC 5763 §5: it demands the client's certificate).</summary>
/// <remarks>No cookies: a ClientHello in fragments, as Chromium sends it, is never answered with them; who may speak is decided before (<see cref="DtlsSourceGuard"/>). Thread: the handshake's.</remarks>
internal sealed class DtlsServer(DtlsAttempt attempt) : DefaultTlsServer(DtlsIdentity.Crypto)
{
    private UseSrtpData? _offered;

    public override bool IgnoreCorruptDtlsRecords => true;

    public override int GetHandshakeTimeoutMillis() => attempt.Terms.IsAwaited ? (int)attempt.Terms.Timeout.TotalMilliseconds : 0; // 0: never; the pipe counts

    public override int GetHandshakeResendTimeMillis() => (int)attempt.Terms.Resend.TotalMilliseconds;

    public override int GetMaxHandshakeMessageSize() => DtlsInboundFilter.LargestMessage;

    public override bool RequiresExtendedMasterSecret() => true;

    public override void ProcessClientExtensions(IDictionary<int, byte[]> clientExtensions)
    {
        base.ProcessClientExtensions(clientExtensions);
        _offered = clientExtensions is null ? null : TlsSrtpUtilities.GetUseSrtpExtension(clientExtensions);
    }

    public override IDictionary<int, byte[]> GetServerExtensions()
    {
        var extensions = base.GetServerExtensions();
        TlsSrtpUtilities.AddUseSrtpExtension(extensions, attempt.AnswerProfiles(_offered));
        return extensions;
    }

    public override CertificateRequest GetCertificateRequest() =>
        new([ClientCertificateType.ecdsa_sign, ClientCertificateType.rsa_sign], TlsUtilities.GetDefaultSupportedSignatureAlgorithms(m_context), null);

    public override void NotifyClientCertificate(Certificate clientCertificate) => attempt.CheckCertificate(clientCertificate);

    public override void NotifyHandshakeComplete()
    {
        base.NotifyHandshakeComplete();
        attempt.TakeKeys(m_context);
    }

    protected override ProtocolVersion[] GetSupportedVersions() => DtlsAttempt.Versions;

    protected override int[] GetSupportedCipherSuites() => attempt.Suites;

    protected override bool AllowCertificateStatus() => false;

    protected override TlsCredentialedSigner GetECDsaSignerCredentials() => attempt.Terms.Identity.SignerFor(m_context);
}
