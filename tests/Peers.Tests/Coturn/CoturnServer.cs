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

    private readonly string _address;

    private CoturnServer(string program, IEnumerable<string> arguments, string address, (int Plain, int Tls) ports, X509Certificate2 certificate)
        : base(program, arguments)
    {
        (_address, Port, TlsPort, Certificate) = (address, ports.Plain, ports.Tls, certificate);
    }

    public int Port { get; }

    public int TlsPort { get; }

    /// <summary>Its own root; for <c>localhost</c>, and for its address.</summary>
    public X509Certificate2 Certificate { get; }

    public static Task<CoturnServer> StartAsync(ScratchFolder scratch, params string[] options) =>
        StartAsync(scratch, null, "127.0.0.1", (ScratchFolder.FreePort(), ScratchFolder.FreePort()), options);

    /// <summary>On a host of its own: in a network namespace.</summary>
    public static Task<CoturnServer> StartInAsync(ScratchFolder scratch, string networkNamespace, string address) =>
        StartAsync(scratch, networkNamespace, address, (3478, 5349), []);

    /// <summary>The server's URI.</summary>
    /// <param name="kind"><c>udp</c>, <c>tcp</c> or <c>tls</c>.</param>
    /// <param name="password">Escaped as it stands in a URI.</param>
    /// <param name="account">With name and password.</param>
    public string Uri(string kind, string password = "se:cr@t", bool account = true)
    {
        string before = account ? $"{User}:{password}@" : "", tlsHost = _address == "127.0.0.1" ? "localhost" : _address;
        return kind == "tls" ? $"turns:{before}{tlsHost}:{TlsPort}" : $"turn:{before}{_address}:{Port}?transport={kind}";
    }

    /// <summary>As our code reads <see cref="Uri"/>.</summary>
    public StunServerUri Server(string kind, string password = "se:cr@t")
    {
        Assert.True(StunServerUri.TryParse(Uri(kind, password), out var server, out var problem), problem);
        return server;
    }

    private static async Task<CoturnServer> StartAsync(ScratchFolder scratch, string? networkNamespace, string address, (int Plain, int Tls) ports, string[] options)
    {
        Assert.SkipUnless(Exists("turnserver"), "coturn is not installed (apt-get install coturn)");
        var certificate = WriteCertificate(scratch, address);
        string[] arguments = [.. Arguments(scratch, address, ports), .. options];
        var server = networkNamespace is null
            ? new CoturnServer("turnserver", arguments, address, ports, certificate)
            : new CoturnServer("ip", ["netns", "exec", networkNamespace, "turnserver", .. arguments], address, ports, certificate);
        await server.SaysAsync($"TCP listener opened on : {address}:{server.TlsPort}");
        return server;
    }

    // Nothing in shared folders: the data base and the pid file are the test's own.
    private static string[] Arguments(ScratchFolder scratch, string address, (int Plain, int Tls) ports) =>
    [
        "-n", "--no-cli", "--no-dtls", "-L", address, "-E", address, "-p", $"{ports.Plain}", "--tls-listening-port", $"{ports.Tls}",
        "--cert", scratch.File("turn-cert.pem"), "--pkey", scratch.File("turn-key.pem"), "-a", "-u", $"{User}:{Password}", "-r", "example.org",
        "--allow-loopback-peers", "-m", "1", "-v", "--log-file", "stdout", "--simple-log", "--pidfile", scratch.File($"turn-{address}.pid"), "-b", scratch.File($"turndb-{address}"),
    ];

    private static X509Certificate2 WriteCertificate(ScratchFolder scratch, string address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        File.WriteAllText(scratch.File("turn-cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(scratch.File("turn-key.pem"), key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }
}
