// SPDX-License-Identifier: MIT
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Tests.Transport;

public class WebSocketTests
{
    private const string Upgrade =
        "GET /any HTTP/1.1\r\nHost: HOST\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + "Sec-WebSocket-Protocol: chat, sip\r\nSec-WebSocket-Version: 13\r\n\r\n";

    [Fact]
    public async Task TwoAgentsTalkOverWebSocket()
    {
        await using var a = new LoopStub();
        await using var b = new LoopStub(accepts: SipTransport.Ws);
        var flow = a.FlowTo(b.EndPoint, SipTransport.Ws)!;
        a.Send(flow, LoopStub.Message("first"));
        a.Send(flow, LoopStub.Message(new string('x', 50_000)));
        b.RunUntil(() => b.Received.Count == 2);
        Assert.Equal(SipTransport.Ws, b.Received[0].Flow.Transport);
        Assert.False(b.Received[0].Flow.IsProtected);
        Assert.EndsWith("xxx", b.Received[1].Text, StringComparison.Ordinal);
        b.Send(b.Received[0].Flow, LoopStub.Message("back"));
        a.RunUntil(() => a.Received.Count == 1, b);
        Assert.Same(flow, a.Received[0].Flow);
    }

    [Fact]
    public async Task TheFrameworksClientIsUnderstood()
    {
        await using var loop = new LoopStub(accepts: SipTransport.Ws);
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("sip");
        var connecting = client.ConnectAsync(new Uri($"ws://{loop.EndPoint}/"), CancellationToken.None);
        loop.RunUntil(() => connecting.IsCompleted);
        await connecting;
        Assert.Equal("sip", client.SubProtocol);
        var message = Encoding.ASCII.GetBytes(LoopStub.Message("in pieces"));
        await client.SendAsync(message.AsMemory(0, 10), WebSocketMessageType.Text, false, CancellationToken.None);
        await client.SendAsync(message.AsMemory(10), WebSocketMessageType.Text, true, CancellationToken.None);
        loop.RunUntil(() => loop.Received.Count == 1);
        Assert.Equal(LoopStub.Message("in pieces"), loop.Received[0].Text);
        loop.Send(loop.Received[0].Flow, LoopStub.Message("back"));
        var buffer = new byte[1000];
        var got = await client.ReceiveAsync(buffer, CancellationToken.None);
        Assert.Equal(LoopStub.Message("back"), Encoding.ASCII.GetString(buffer, 0, got.Count));
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        loop.RunUntil(() => loop.Failures.Count == 1);
    }

    [Fact]
    public async Task AnAnswerIsAsTheRfcComputesIt()
    {
        await using var loop = new LoopStub(accepts: SipTransport.Ws);
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", Ask(loop, Upgrade), StringComparison.Ordinal); // RFC 6455 §1.3
    }

    // A web page of anybody's could otherwise call the phone of whoever looks at it.
    [Theory]
    [InlineData("https://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("http://rebound.example", 403, "rebound.example:5060")]
    [InlineData("http://192.0.2.9", 403)]
    [InlineData("http://HOST", 101)]
    [InlineData("http://localhost:8080", 101)]
    [InlineData("https://phone.example", 101)]
    public async Task APageMayCallOnlyWhereItIsWelcome(string origin, int expected, string host = "HOST")
    {
        await using var loop = new LoopStub("127.0.0.1", SipTransport.Ws, null, "https://phone.example");
        var answer = Ask(loop, Upgrade.Replace("Host: HOST", $"Origin: {origin}\r\nHost: {host}", StringComparison.Ordinal));
        Assert.StartsWith($"HTTP/1.1 {expected} ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sec-WebSocket-Protocol: chat, sip\r\n", "", 400)]
    [InlineData("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", 426)]
    [InlineData("Upgrade: websocket\r\n", "", 426)]
    [InlineData("GET ", "POST ", 400)]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400)]
    public async Task WhatIsNoRequestForSipIsToldSo(string what, string instead, int expected)
    {
        await using var loop = new LoopStub(accepts: SipTransport.Ws);
        Assert.StartsWith($"HTTP/1.1 {expected} ", Ask(loop, Upgrade.Replace(what, instead, StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HeadsWithoutAnEndRawSipAndMessagesBeyondTheLimitAreDropped()
    {
        await using var loop = new LoopStub(accepts: SipTransport.Ws);
        using var endless = loop.Connect();
        endless.Client.Send(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nX: " + new string('x', 9000)));
        using var raw = loop.Connect();
        raw.Client.Send(Encoding.ASCII.GetBytes(LoopStub.Message()));
        loop.RunUntil(() => IsDone(endless) && IsDone(raw));
        using var large = loop.Connect();
        Greet(large, loop);
        SendUntilClosed(large, loop, [0x01, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4], new byte[0xffff]);
        using var unmasked = loop.Connect();
        Greet(unmasked, loop);
        unmasked.Client.Send([0x81, 0x05, 1, 2, 3, 4, 5]); // RFC 6455 §5.1: a client masks
        loop.RunUntil(() => IsDone(unmasked));
        Assert.Empty(loop.Received);
    }

    [Fact]
    public async Task AServerThatIsNoneIsTold()
    {
        await using var a = new LoopStub();
        using var server = new TcpListener(System.Net.IPAddress.Loopback, 0);
        server.Start();
        a.Send(a.FlowTo((System.Net.IPEndPoint)server.LocalEndpoint, SipTransport.Ws)!, LoopStub.Message());
        using var socket = server.AcceptSocket();
        socket.Send("HTTP/1.1 404 Not Found\r\n\r\n"u8);
        a.RunUntil(() => a.Failures.Count > 0);
        Assert.Equal(TransportFailure.Refused, a.Failures[0].Cause);
        Assert.Contains("404 Not Found", Assert.Single(a.Complaints), StringComparison.Ordinal);
    }

    private static string Ask(LoopStub loop, string request)
    {
        using var client = loop.Connect();
        client.Client.Send(Encoding.ASCII.GetBytes(request.Replace("HOST", loop.EndPoint.ToString(), StringComparison.Ordinal)));
        return Read(client, loop);
    }

    private static void Greet(TcpClient client, LoopStub loop)
    {
        client.Client.Send(Encoding.ASCII.GetBytes(Upgrade));
        Assert.StartsWith("HTTP/1.1 101 ", Read(client, loop), StringComparison.Ordinal);
    }

    private static string Read(TcpClient client, LoopStub loop)
    {
        loop.RunUntil(() => client.Available > 0);
        var buffer = new byte[2000];
        return Encoding.ASCII.GetString(buffer, 0, client.Client.Receive(buffer));
    }

    // What the peer still says before it closes is read away.
    private static bool IsDone(TcpClient client)
    {
        try
        {
            return client.Client.Poll(0, SelectMode.SelectRead) && client.Client.Receive(new byte[100]) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static void SendUntilClosed(TcpClient client, LoopStub loop, byte[] head, byte[] body)
    {
        client.SendTimeout = 2000;
        loop.RunUntil(() =>
        {
            try
            {
                client.Client.Send(head);
                client.Client.Send(body);
                head[0] = 0x00; // fragments without an end
                return false;
            }
            catch (SocketException)
            {
                return true;
            }
        });
    }
}
