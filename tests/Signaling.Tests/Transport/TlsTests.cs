// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Tests.Transport;

public class TlsTests
{
    [Theory]
    [InlineData("Tls")]
    [InlineData("Wss")]
    public async Task TwoAgentsTalkOverOneProtectedConnection(string over)
    {
        var transport = Enum.Parse<SipTransport>(over);
        using var authority = new PaperAuthority();
        await using var b = new LoopStub(accepts: transport, tls: authority.Showing(["phone.example"]));
        await using var a = new LoopStub(tls: authority.Trusting);
        var flow = a.FlowTo(b.EndPoint, transport, "phone.example")!;
        a.Send(flow, LoopStub.Message("first"));
        a.Send(flow, LoopStub.Message("second"));
        b.RunUntil(() => b.Received.Count == 2);
        Assert.EndsWith("second", b.Received[1].Text, StringComparison.Ordinal);
        Assert.True(b.Received[0].Flow.IsProtected);
        Assert.Equal(transport, b.Received[0].Flow.Transport);
        b.Send(b.Received[0].Flow, LoopStub.Message("back"));
        a.RunUntil(() => a.Received.Count == 1, b);
        Assert.Same(flow, a.Received[0].Flow);
        Assert.NotSame(flow, a.FlowTo(b.EndPoint, transport, "other.example")); // what was shown to one name is not another's
    }

    // RFC 5922 §7.1 and §7.2: sip URIs before DNS names, no wildcards, a common name only where there are no other names.
    [Theory]
    [InlineData("phone.example", "phone.example", "", "CN=x", true)]
    [InlineData("phone.example", "PHONE.example", "", "CN=x", true)]
    [InlineData("other.example", "phone.example", "", "CN=x", false)]
    [InlineData("phone.example", "*.example", "", "CN=x", false)]
    [InlineData("example.com", "", "sip:example.com", "CN=x", true)]
    [InlineData("www.example.com", "www.example.com", "sip:example.com", "CN=x", false)]
    [InlineData("example.com", "", "sip:alice@example.com", "CN=x", false)]
    [InlineData("example.com", "", "sips:example.com", "CN=x", false)]
    [InlineData("phone.example", "", "", "CN=phone.example", true)]
    [InlineData("phone.example", "other.example", "", "CN=phone.example", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "", "CN=x", false)]
    public async Task ACertificateHasToNameWhoWasCalled(string called, string dns, string uri, string subject, bool isTaken)
    {
        using var authority = new PaperAuthority();
        await using var b = new LoopStub(accepts: SipTransport.Tls, tls: authority.Showing(dns.Length == 0 ? [] : [dns], uri.Length == 0 ? [] : [uri], subject: subject));
        await using var a = new LoopStub(tls: authority.Trusting);
        var flow = a.FlowTo(b.EndPoint, SipTransport.Tls, called)!;
        a.Send(flow, LoopStub.Message());
        if (isTaken)
        {
            b.RunUntil(() => b.Received.Count == 1);
            return;
        }

        a.RunUntil(() => a.Failures.Count > 0, b);
        Assert.Equal((flow, TransportFailure.Security), a.Failures[0]);
        Assert.Contains($"not for {called}", Assert.Single(a.Complaints), StringComparison.Ordinal);
        Assert.Empty(b.Received);
    }

    [Fact]
    public async Task AnAddressInTheCertificateCounts()
    {
        using var authority = new PaperAuthority();
        await using var b = new LoopStub(accepts: SipTransport.Tls, tls: authority.Showing([], addresses: [IPAddress.Loopback]));
        await using var a = new LoopStub(tls: authority.Trusting);
        a.Send(a.FlowTo(b.EndPoint, SipTransport.Tls)!, LoopStub.Message());
        b.RunUntil(() => b.Received.Count == 1);
    }

    [Theory]
    [InlineData(true, 5, "nobody known has signed it")]
    [InlineData(false, -2, "expired")]
    public async Task ACertificateThatIsNotTrustedIsRefused(bool isUnknown, int validDays, string because)
    {
        using var authority = new PaperAuthority();
        await using var b = new LoopStub(accepts: SipTransport.Tls, tls: authority.Showing(["phone.example"], validDays: validDays));
        using var elsewhere = new PaperAuthority();
        await using var a = new LoopStub(tls: isUnknown ? elsewhere.Trusting : authority.Trusting);
        a.Send(a.FlowTo(b.EndPoint, SipTransport.Tls, "phone.example")!, LoopStub.Message());
        a.RunUntil(() => a.Failures.Count > 0, b);
        Assert.Equal(TransportFailure.Security, a.Failures[0].Cause);
        Assert.Contains(because, Assert.Single(a.Complaints), StringComparison.Ordinal);
        Assert.Empty(b.Received);
    }

    [Fact]
    public async Task WhereTlsIsAskedForNothingIsTakenInClear()
    {
        using var authority = new PaperAuthority();
        await using var b = new LoopStub(accepts: SipTransport.Tls, tls: authority.Showing(["phone.example"]));
        using var clear = b.Connect();
        clear.Client.Send(Encoding.ASCII.GetBytes(LoopStub.Message("in clear")));
        b.RunUntil(() => LoopStub.IsClosed(clear));
        Assert.Empty(b.Received);
        using var datagram = new UdpClient(0);
        using var other = new UdpClient(b.EndPoint); // nobody has the port for datagrams
    }

    [Fact]
    public async Task AnyoneWhoSpeaksTlsIsUnderstood()
    {
        using var authority = new PaperAuthority();
        await using var b = new LoopStub(accepts: SipTransport.Tls, tls: authority.Showing(["phone.example"]));
        using var client = b.Connect();
#pragma warning disable CA5359 // whom it trusts does not matter here
        await using var tls = new SslStream(client.GetStream(), false, (_, _, _, _) => true);
#pragma warning restore CA5359
        var greeting = tls.AuthenticateAsClientAsync("phone.example");
        b.RunUntil(() => greeting.IsCompleted);
        await greeting;
        await tls.WriteAsync(Encoding.ASCII.GetBytes(LoopStub.Message("cut") + LoopStub.Message("in two")));
        b.RunUntil(() => b.Received.Count == 2);
        await tls.WriteAsync("\r\n\r\n"u8.ToArray());
        var pong = new byte[8];
        Assert.Equal(2, await tls.ReadAsync(pong));
    }

    [Fact]
    public async Task AServerThatTakesNoMoreConnectionsIsToldInWordsOfOurOwn()
    {
        using var authority = new PaperAuthority();
        using var full = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        full.Start();
        var turningAway = Task.Run(async () =>
        {
            using var caller = await full.AcceptSocketAsync();
            caller.Shutdown(System.Net.Sockets.SocketShutdown.Send); // and hears what comes, lest the caller be reset
            var hello = new byte[4096];
            while (await caller.ReceiveAsync(hello) > 0)
            {
            }
        });
        await using var a = new LoopStub(tls: authority.Trusting);
        a.Send(a.FlowTo((System.Net.IPEndPoint)full.LocalEndpoint, SipTransport.Tls, "phone.example")!, LoopStub.Message());
        a.RunUntil(() => a.Failures.Count > 0);
        Assert.Equal(TransportFailure.Refused, a.Failures[0].Cause);
        Assert.Contains("closed it without a word of TLS", Assert.Single(a.Complaints), StringComparison.Ordinal);
        await Task.WhenAny(turningAway); // however the caller left
    }

    [Fact]
    public async Task AClearServerIsNoTlsServer()
    {
        using var authority = new PaperAuthority();
        await using var b = new LoopStub();
        await using var a = new LoopStub(tls: authority.Trusting);
        a.Send(a.FlowTo(b.EndPoint, SipTransport.Tls, "phone.example")!, LoopStub.Message());
        a.RunUntil(() => a.Failures.Count > 0, b);
        Assert.Equal(TransportFailure.Refused, a.Failures[0].Cause);
        Assert.NotEmpty(a.Complaints);
        Assert.Empty(b.Received);
    }
}
