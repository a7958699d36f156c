// SPDX-License-Identifier: MIT
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Earshot.Signaling.Transport;

/// <summary>The TLS handshake of a SIP connection: the framework's TLS, the names by RFC 5922.</summary>
internal sealed class TlsGreeting
{
    private readonly TlsSettings _settings;
    private readonly string? _server;

    private TlsGreeting(TlsSettings settings, string? server) => (_settings, _server) = (settings, server);

    /// <summary>For a connection that the peer opened.</summary>
    public static TlsGreeting Server(TlsSettings settings) => new(settings, null);

    /// <summary>For a connection that we opened.</summary>
    /// <param name="settings">Whom we trust.</param>
    /// <param name="server">The domain or address of the URI that was called: the certificate has to be its.</param>
    public static TlsGreeting Client(TlsSettings settings, string server) => new(settings, server);

    /// <summary>Shakes hands.</summary>
    /// <exception cref="AuthenticationException">The peer is not who it should be, or the two have no version in common; the message says it.</exception>
    /// <exception cref="IOException">The peer speaks no TLS.</exception>
    /// <exception cref="EndOfStreamException">The peer closed the connection.</exception>
    public async Task<Stream> SecureAsync(Stream stream, CancellationToken stop)
    {
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            if (_server is null) await tls.AuthenticateAsServerAsync(ForServer(), stop).ConfigureAwait(false);
            else await AuthenticateAsync(tls, _server, stop).ConfigureAwait(false);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task AuthenticateAsync(SslStream tls, string server, CancellationToken stop)
    {
        string? refusal = null;
        try
        {
            await tls.AuthenticateAsClientAsync(ForClient(server, why => refusal = why), stop).ConfigureAwait(false);
        }
        catch (AuthenticationException) when (refusal is not null)
        {
            throw new AuthenticationException(refusal);
        }
        catch (AuthenticationException odd) when (odd.InnerException is null)
        {
            throw new IOException("what answers there is no TLS");
        }
        catch (IOException closed) when (closed.InnerException is null)
        {
            throw new EndOfStreamException(closed.Message, closed);
        }
    }

    private SslServerAuthenticationOptions ForServer() => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(
            _settings.Certificate ?? throw new AuthenticationException("there is no certificate to show"), _settings.Chain, offline: true),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
    };

    private SslClientAuthenticationOptions ForClient(string server, Action<string> refuse) => new()
    {
        TargetHost = server,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CertificateChainPolicy = Policy(),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            if (Refusal(server, certificate as X509Certificate2, chain, errors) is not { } why) return true;
            refuse(why);
            return false;
        },
    };

    // The framework looks at the name, too, but allows wildcards, which RFC 5922 §7.2 does not; its word on the name is left aside for ours.
    private static string? Refusal(string server, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null) return $"{server} shows no certificate";
        if ((errors & SslPolicyErrors.RemoteCertificateChainErrors) != 0)
        {
            var status = chain?.ChainStatus.Select(s => s.Status).FirstOrDefault(s => s != X509ChainStatusFlags.NoError) ?? X509ChainStatusFlags.NoError;
            return $"the certificate of {server} is not trusted ({Why(status)})";
        }

        var names = SipCertificateNames.Of(certificate);
        return names.Match(server) ? null : $"the certificate is not for {server} but for {names}";
    }

    private static string Why(X509ChainStatusFlags status) => status switch
    {
        X509ChainStatusFlags.NotTimeValid => "it has expired, or is not valid yet",
        X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain => "nobody known has signed it",
        X509ChainStatusFlags.NotSignatureValid => "its signature is wrong",
        X509ChainStatusFlags.Revoked => "it was revoked",
        _ => status.ToString(),
    };

    // Who brings roots of their own wants those believed as well as the system's.
    private X509ChainPolicy? Policy()
    {
        if (_settings.Roots.Count == 0) return null;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(_settings.Roots);
        using var system = new X509Store(StoreName.Root, StoreLocation.LocalMachine);
        try
        {
            system.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
            policy.CustomTrustStore.AddRange(system.Certificates);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            // A system without a store: ours alone.
        }

        return policy;
    }
}
