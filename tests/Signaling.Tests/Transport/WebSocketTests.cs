// SPDX-License-Identifier: MIT
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Earshot.Protocol.Sip;
using Earshot.Signaling.Transport;

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

    // Whoever waits for what the head promises waits as long as a stranger likes.
    [Theory]
    [InlineData("8102", "a client masks (RFC 6455 5.1)")]
    [InlineData("81ff0000000040000000", "a message of 1 GB")]
    [InlineData("81ffffffffffffffffff", "a length that is none")]
    [InlineData("c180", "a reserved bit")]
    [InlineData("8380", "a kind of frame that is none")]
    [InlineData("0980", "a ping in pieces")]
    [InlineData("89fe", "a ping of more than 125 bytes")]
    public void AFrameIsRefusedByTheLastByteOfItsHead(string head, string why)
    {
        var judge = new WebSocketFrameJudge(isServer: true);
        var bytes = Convert.FromHexString(head);
        Assert.True(judge.Accepts(bytes.AsSpan(0, bytes.Length - 1)), why);
        Assert.False(judge.Accepts(bytes.AsSpan(^1)), why);
    }

    [Fact]
    public void PiecesTogetherAreNoLongerThanAMessage()
    {
        var judge = new WebSocketFrameJudge(isServer: true);
        Assert.True(judge.Accepts([0x01, 0xfe, 0x80, 0x00, 1, 2, 3, 4, .. new byte[0x8000]]));
        Assert.True(judge.Accepts([0x00, 0xfe, 0x80, 0x00, 1, 2, 3, 4, .. new byte[0x8000]])); // 64 KiB
        Assert.False(judge.Accepts([0x80, 0x81]));
    }

    [Fact]
    public void AServerDoesNotMask() => Assert.False(new WebSocketFrameJudge(isServer: false).Accepts([0x81, 0x82]));

    [Fact]
    public async Task StrangersWhoPromiseMoreThanTheySendAreDropped()
    {
        await using var loop = new LoopStub(accepts: SipTransport.Ws);
        var empty = Enumerable.Range(0, 20).SelectMany(i => new byte[] { (byte)(i == 0 ? 1 : 0), 0x80, 1, 2, 3, 4 }).ToArray();
        foreach (var frames in (byte[][])[[0x81, 0x02, 0x68, 0x69], [0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0], empty])
        {
            using var stranger = loop.Connect();
            Greet(stranger, loop);
            stranger.Client.Send(frames);
            loop.RunUntil(() => IsDone(stranger));
        }

        Assert.Empty(loop.Received);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100_000)]
    public void WhatIsMeantPassesHoweverItIsCut(int piece)
    {
        var judge = new WebSocketFrameJudge(isServer: true);
        var longest = new byte[0xffff];
        byte[] frames =
        [
            0x81, 0x82, 1, 2, 3, 4, 0x68, 0x69, // a message
            0x01, 0x80, 1, 2, 3, 4, 0x89, 0x81, 1, 2, 3, 4, 5, 0x80, 0x81, 1, 2, 3, 4, 5, // one in pieces, with a ping between them
            0x82, 0xfe, 0xff, 0xff, 1, 2, 3, 4, .. longest,
            0x88, 0x82, 1, 2, 3, 4, 3, 0xe8, // farewell
        ];
        foreach (var cut in frames.Chunk(piece)) Assert.True(judge.Accepts(cut));
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
