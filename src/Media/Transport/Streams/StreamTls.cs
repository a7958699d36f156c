// SPDX-License-Identifier: MIT
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Earshot.Media.Transport.Streams;

/// <summary>The TLS of a connection to a TURN server: the framework's, which checks name or address as RFC 8489 §6.2.3 says (DNS names, a wildcard as the first label).</summary>
internal static class StreamTls
{
    /// <summary>Shakes hands, blocking: who wants a time limit closes the stream below.</summary>
    /// <exception cref="AuthenticationException">The server is not who it should be, or the two have no version in common; the message says it.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public static SslStream Secure(Stream stream, string server, X509Certificate2Collection roots)
    {
        string? refusal = null;
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            tls.AuthenticateAsClient(Options(server, roots, why => refusal = why));
            return tls;
        }
        catch (AuthenticationException) when (refusal is not null)
        {
            tls.Dispose();
            throw new AuthenticationException(refusal);
        }
        catch
        {
            tls.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions Options(string server, X509Certificate2Collection roots, Action<string> refuse) => new()
    {
        TargetHost = server,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,
        CertificateChainPolicy = Policy(roots),
        RemoteCertificateValidationCallback = (_, _, chain, errors) =>
        {
            if (errors == SslPolicyErrors.None) return true;
            refuse(Refusal(server, chain, errors));
            return false;
        },
    };

    private static string Refusal(string server, X509Chain? chain, SslPolicyErrors errors)
    {
        if ((errors & SslPolicyErrors.RemoteCertificateNotAvailable) != 0) return $"{server} shows no certificate";
        if ((errors & SslPolicyErrors.RemoteCertificateChainErrors) == 0) return $"the certificate is not for {server}";
        var status = chain?.ChainStatus.Select(s => s.Status).FirstOrDefault(s => s != X509ChainStatusFlags.NoError) ?? X509ChainStatusFlags.NoError;
        return $"the certificate of {server} is not trusted ({Why(status)})";
    }

    private static string Why(X509ChainStatusFlags status) => status switch
    {
        X509ChainStatusFlags.NotTimeValid => "it has expired, or is not valid yet",
        X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain => "nobody known has signed it",
        X509ChainStatusFlags.NotSignatureValid => "its signature is wrong",
        _ => status.ToString(),
    };

    // Who brings roots of their own wants those believed as well as the system's. Nothing is fetched meanwhile: a call waits.
    private static X509ChainPolicy Policy(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (roots.Count == 0) return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(roots);
        using var system = new X509Store(StoreName.Root, StoreLocation.LocalMachine);
        try
        {
            system.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
            policy.CustomTrustStore.AddRange(system.Certificates);
        }
        catch (CryptographicException)
        {
            // A system without a store: ours alone.
        }

        return policy;
    }
}
