// SPDX-License-Identifier: MIT
using Org.BouncyCastle.Tls;

namespace Earshot.Media.Transport.Dtls;

/// <summary>The DTLS client, as the library asks for it.</summary>
/// <remarks>Thread: the handshake's.</remarks>
internal sealed class DtlsClient(DtlsAttempt attempt) : DefaultTlsClient(DtlsIdentity.Crypto), TlsAuthentication
{
    public override bool IgnoreCorruptDtlsRecords => true;

    public override int GetHandshakeTimeoutMillis() => attempt.Terms.IsAwaited ? (int)attempt.Terms.Timeout.TotalMilliseconds : 0; // 0: never; the pipe counts

    public override int GetHandshakeResendTimeMillis() => (int)attempt.Terms.Resend.TotalMilliseconds;

    public override int GetMaxHandshakeMessageSize() => DtlsInboundFilter.LargestMessage;

    public override bool RequiresExtendedMasterSecret() => true;

    public override IDictionary<int, byte[]> GetClientExtensions()
    {
        var extensions = base.GetClientExtensions();
        TlsSrtpUtilities.AddUseSrtpExtension(extensions, attempt.OfferProfiles());
        return extensions;
    }

    public override void ProcessServerExtensions(IDictionary<int, byte[]> serverExtensions)
    {
        base.ProcessServerExtensions(serverExtensions);
        attempt.TakeProfile(serverExtensions is null ? null : TlsSrtpUtilities.GetUseSrtpExtension(serverExtensions));
    }

    public override TlsAuthentication GetAuthentication() => this;

    public void NotifyServerCertificate(TlsServerCertificate serverCertificate) => attempt.CheckCertificate(serverCertificate.Certificate);

    public TlsCredentials GetClientCredentials(CertificateRequest certificateRequest) => attempt.Terms.Identity.SignerFor(m_context);

    public override void NotifyHandshakeComplete()
    {
        base.NotifyHandshakeComplete();
        attempt.TakeKeys(m_context);
    }

    protected override ProtocolVersion[] GetSupportedVersions() => DtlsAttempt.Versions;

    protected override int[] GetSupportedCipherSuites() => attempt.Suites;

    // Nobody signs the certificates that are asked for here, so nobody vouches for their status.
    protected override CertificateStatusRequest? GetCertificateStatusRequest() => null;
}
