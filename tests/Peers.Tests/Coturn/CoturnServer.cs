// SPDX-License-Identifier: MIT
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Earshot.Peers.Tests.Harness;
using Earshot.Protocol.Stun;

namespace Earshot.Peers.Tests.Coturn;

/// <summary>coturn (Debian) on loopback ports of its own: UDP, TCP and TLS, long-term credentials.</summary>
internal sealed class CoturnServer : RunningProgram
{
    public const string User = "alice", Password = "se:cr@t";

    private CoturnServer(ScratchFolder scratch, int port, int tlsPort, X509Certificate2 certificate, IEnumerable<string> options)
        : base("turnserver", [.. Arguments(scratch, port, tlsPort), .. options])
    {
        (Port, TlsPort, Certificate) = (port, tlsPort, certificate);
    }

    public int Port { get; }

    public int TlsPort { get; }

    /// <summary>Its own root; for <c>localhost</c>.</summary>
    public X509Certificate2 Certificate { get; }

    public static async Task<CoturnServer> StartAsync(ScratchFolder scratch, params string[] options)
    {
        Assert.SkipUnless(Exists("turnserver"), "coturn is not installed (apt-get install coturn)");
        var server = new CoturnServer(scratch, ScratchFolder.FreePort(), ScratchFolder.FreePort(), WriteCertificate(scratch), options);
        await server.SaysAsync($"TCP listener opened on : 127.0.0.1:{server.TlsPort}");
        return server;
    }

    /// <summary>The server's URI.</summary>
    /// <param name="kind"><c>udp</c>, <c>tcp</c> or <c>tls</c>.</param>
    /// <param name="password">Escaped as it stands in a URI.</param>
    public string Uri(string kind, string password = "se:cr@t") => kind == "tls"
        ? $"turns:{User}:{password}@localhost:{TlsPort}"
        : $"turn:{User}:{password}@127.0.0.1:{Port}?transport={kind}";

    /// <summary>As our code reads <see cref="Uri"/>.</summary>
    public StunServerUri Server(string kind, string password = "se:cr@t")
    {
        Assert.True(StunServerUri.TryParse(Uri(kind, password), out var server, out var problem), problem);
        return server;
    }

    // Nothing in shared folders: the data base and the pid file are the test's own.
    private static string[] Arguments(ScratchFolder scratch, int port, int tlsPort) =>
    [
        "-n", "--no-cli", "--no-dtls", "-L", "127.0.0.1", "-E", "127.0.0.1", "-p", $"{port}", "--tls-listening-port", $"{tlsPort}",
        "--cert", scratch.File("turn-cert.pem"), "--pkey", scratch.File("turn-key.pem"), "-a", "-u", $"{User}:{Password}", "-r", "example.org",
        "--allow-loopback-peers", "-m", "1", "-v", "--log-file", "stdout", "--simple-log", "--pidfile", scratch.File("turn.pid"), "-b", scratch.File("turndb"),
    ];

    private static X509Certificate2 WriteCertificate(ScratchFolder scratch)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        File.WriteAllText(scratch.File("turn-cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(scratch.File("turn-key.pem"), key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }
}
