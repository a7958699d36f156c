// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Text;
using Earshot.Protocol.Sip;
using Earshot.Signaling.Transport;

namespace Earshot.Signaling.Tests.Transport;

/// <summary>Who calls a port that speaks something else is told so, and not that nothing is there.</summary>
public class ConnectionComplaintTests
{
    [Theory]
    [InlineData("Tls", "Tcp", "closed it without a word of TLS")]
    [InlineData("Wss", "Tcp", "closed it without a word of secure WebSocket")]
    [InlineData("Ws", "Tcp", "closed it without a word of WebSocket")]
    [InlineData("Tcp", "Ws", "closed it without a word of SIP over TCP")]
    [InlineData("Tcp", "Wss", "closed it without a word of SIP over TCP")]
    [InlineData("Tls", "Wss", "closed it without a word of TLS")]
    public async Task APortThatSpeaksAnotherTransport(string asked, string spoken, string expected)
    {
        using var authority = new PaperAuthority();
        await using var phone = new LoopStub("127.0.0.1", Enum.Parse<SipTransport>(spoken), authority.Showing(["phone.example"]));
        await using var caller = new LoopStub("127.0.0.1", SipTransport.Tcp, authority.Trusting);
        caller.Send(caller.FlowTo(phone.EndPoint, Enum.Parse<SipTransport>(asked), "phone.example")!, LoopStub.Message());
        caller.RunUntil(() => caller.Failures.Count > 0, phone);
        Assert.Contains($"{phone.EndPoint} took the connection and {expected}", Assert.Single(caller.Complaints), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Tls", "SIP/2.0 400 Bad Request\r\n\r\n", "no TLS")]
    [InlineData("Ws", "HTTP/1.1 404 Not Found\r\n\r\n", "no WebSocket there: HTTP/1.1 404 Not Found")]
    [InlineData("Tcp", "220 mail.example ESMTP\r\n\r\n", "closed it without a word of SIP over TCP")]
    public async Task APortThatSaysSomethingElse(string asked, string says, string expected)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        await using var caller = new LoopStub();
        caller.Send(caller.FlowTo((IPEndPoint)server.LocalEndpoint, Enum.Parse<SipTransport>(asked))!, LoopStub.Message());
        using var socket = await server.AcceptSocketAsync(TestContext.Current.CancellationToken);
        socket.Send(Encoding.ASCII.GetBytes(says));
        caller.RunUntil(() => caller.Failures.Count > 0);
        Assert.Contains(expected, Assert.Single(caller.Complaints), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingIsSaidOfAPeerThatHasSpokenOrIsNotThere()
    {
        await using var caller = new LoopStub();
        await using (var phone = new LoopStub())
        {
            caller.Send(caller.FlowTo(phone.EndPoint, SipTransport.Tcp)!, LoopStub.Message());
            phone.RunUntil(() => phone.Received.Count == 1, caller);
            phone.Send(phone.Received[0].Flow, LoopStub.Message());
            caller.RunUntil(() => caller.Received.Count == 1, phone);
        }

        caller.RunUntil(() => caller.Failures.Count == 1);
        caller.Send(caller.FlowTo(new(IPAddress.Loopback, UdpTransportTests.FreePort()), SipTransport.Tls, "nobody.example")!, LoopStub.Message());
        caller.RunUntil(() => caller.Failures.Count == 2);
        Assert.Empty(caller.Complaints);
    }

    [Fact]
    public void APortThatSaysNothing()
    {
        var at = new IPEndPoint(IPAddress.Loopback, 5061);
        Assert.Equal("127.0.0.1:5061 took the connection and says nothing: it may not speak TLS", ConnectionComplaint.Of(new SipFlow(1, SipTransport.Tls, at, at), new TimeoutException()));
    }
}
