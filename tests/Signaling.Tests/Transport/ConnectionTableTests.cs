// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Text;
using Earshot.Protocol.Sip;
using Earshot.Signaling.Transport;

namespace Earshot.Signaling.Tests.Transport;

public class ConnectionTableTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task TwoAgentsTalkOverOneConnection(string address)
    {
        await using var a = new LoopStub(address);
        await using var b = new LoopStub(address);
        var flow = a.FlowTo(b.EndPoint, SipTransport.Tcp)!;
        a.Send(flow, LoopStub.Message("first"));
        a.Send(flow, LoopStub.Message("second"));
        b.RunUntil(() => b.Received.Count == 2);
        Assert.EndsWith("second", b.Received[1].Text, StringComparison.Ordinal);
        Assert.Same(b.Received[0].Flow, b.Received[1].Flow);
        Assert.Equal(b.EndPoint, b.Received[0].Flow.Local);
        Assert.True(flow.IsReliable);
        b.Send(b.Received[0].Flow, LoopStub.Message("back"));
        a.RunUntil(() => a.Received.Count == 1);
        Assert.Same(flow, a.Received[0].Flow);
        Assert.Same(flow, a.FlowTo(b.EndPoint, SipTransport.Tcp));
    }

    [Fact]
    public async Task KeepAlivesAreAnsweredAndMessagesCutOutOfTheStream()
    {
        await using var loop = new LoopStub();
        using var client = loop.Connect();
        client.Client.Send("\r\n\r\n"u8);
        client.Client.Send(Encoding.ASCII.GetBytes(LoopStub.Message("abc") + LoopStub.Message()[..20]));
        loop.RunUntil(() => loop.Received.Count == 1);
        client.Client.Send(Encoding.ASCII.GetBytes(LoopStub.Message()[20..]));
        loop.RunUntil(() => loop.Received.Count == 2);
        Assert.Equal(LoopStub.Message("abc"), loop.Received[0].Text);
        var pong = new byte[8];
        Assert.Equal(2, client.Client.Receive(pong));
    }

    [Fact]
    public async Task ARefusedConnectionIsTold()
    {
        await using var loop = new LoopStub();
        var flow = loop.FlowTo(new IPEndPoint(IPAddress.Loopback, UdpTransportTests.FreePort()), SipTransport.Tcp)!;
        loop.Send(flow, LoopStub.Message());
        loop.RunUntil(() => loop.Failures.Count > 0);
        Assert.Equal((flow, TransportFailure.Refused), loop.Failures[0]);
    }

    [Fact]
    public async Task AClosedConnectionIsToldAndOpenedAnew()
    {
        await using var loop = new LoopStub();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var flow = loop.FlowTo((IPEndPoint)server.LocalEndpoint, SipTransport.Tcp)!;
        loop.Send(flow, LoopStub.Message());
        server.AcceptSocket().Dispose();
        loop.RunUntil(() => loop.Failures.Count > 0);
        Assert.Equal(TransportFailure.Closed, loop.Failures[0].Cause);
        loop.Send(flow, LoopStub.Message("again"));
        using var second = server.AcceptSocket();
        var text = new byte[500];
        Assert.Equal(LoopStub.Message("again"), Encoding.ASCII.GetString(text, 0, second.Receive(text)));
    }

    [Fact]
    public async Task NothingIsSentOnAPeersConnectionThatIsGone()
    {
        await using var loop = new LoopStub();
        var client = loop.Connect();
        client.Client.Send(Encoding.ASCII.GetBytes(LoopStub.Message()));
        loop.RunUntil(() => loop.Received.Count == 1);
        client.Dispose();
        loop.RunUntil(() => loop.Failures.Count == 1);
        loop.Send(loop.Received[0].Flow, LoopStub.Message());
        Assert.Equal(2, loop.Failures.Count);
    }

    [Fact]
    public async Task GarbageOversizeAndMutedClientsAreDroppedWhileOthersTalk()
    {
        await using var loop = new LoopStub();
        using var good = loop.Connect();
        good.Client.Send(Encoding.ASCII.GetBytes(LoopStub.Message("one")));
        using var garbage = loop.Connect();
        garbage.Client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8);
        using var oversize = loop.Connect();
        oversize.Client.Send(Encoding.ASCII.GetBytes("OPTIONS sip:a@b SIP/2.0\r\nX: " + new string('x', 70_000)));
        using var lying = loop.Connect();
        lying.Client.Send("OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 999999999\r\n\r\n"u8);
        using var mute = loop.Connect();
        loop.RunUntil(() => LoopStub.IsClosed(garbage) && LoopStub.IsClosed(oversize) && LoopStub.IsClosed(lying));

        Assert.False(LoopStub.IsClosed(mute));
        loop.RunUntil(() => loop.Received.Count == 1);
        loop.Sockets.HandleTimeout(MonotonicClock.Now + ConnectionTable.SilentLimit + TimeSpan.FromSeconds(1));
        loop.RunUntil(() => LoopStub.IsClosed(mute));
        good.Client.Send(Encoding.ASCII.GetBytes(LoopStub.Message("two")));
        loop.RunUntil(() => loop.Received.Count == 2);
        Assert.Same(loop.Received[0].Flow, loop.Received[1].Flow);

        loop.Sockets.HandleTimeout(MonotonicClock.Now + ConnectionTable.SilentLimit + ConnectionTable.IdleLimit + TimeSpan.FromMinutes(1));
        loop.RunUntil(() => LoopStub.IsClosed(good));
    }

    [Fact]
    public async Task APeerThatDoesNotReadLosesItsConnection()
    {
        await using var loop = new LoopStub();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var flow = loop.FlowTo((IPEndPoint)server.LocalEndpoint, SipTransport.Tcp)!;
        var large = LoopStub.Message(new string('x', 60_000));
        loop.RunUntil(() =>
        {
            if (loop.Failures.Count == 0) loop.Send(flow, large);
            return loop.Failures.Count > 0;
        });
        Assert.Equal(flow, loop.Failures[0].Flow);
    }

    [Fact]
    public async Task AResetEndsTheWriterBeforeTheConnectionIsFreed()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        for (var i = 0; i < 50; i++)
        {
            using var client = new TcpClient();
            client.Connect((IPEndPoint)server.LocalEndpoint);
            var flow = new SipFlow(1, SipTransport.Tcp, (IPEndPoint)server.LocalEndpoint, (IPEndPoint)client.Client.LocalEndPoint!);
            var connection = new SipConnection(server.AcceptSocket(), flow, new Mailbox(), stream => new StreamCarrier(stream, null));
            var running = Task.Run(() => connection.RunAsync(null));
            var large = new byte[1 << 20];
            while (connection.TrySend(large)) // until the queue is full: the writer is in the midst of sending
            {
            }

            client.Client.LingerState = new LingerOption(true, 0);
            client.Close(); // sends RST
            Assert.Equal(TransportFailure.Closed, await running.WaitAsync(TimeSpan.FromSeconds(20)));
            Assert.True(connection.Writing.IsCompletedSuccessfully, $"the writer is {connection.Writing.Status}");
            connection.Dispose();
        }
    }

    [Fact]
    public async Task OneAddressThatOpensManyConnectionsTakesThemFromNobodyElse()
    {
        await using var loop = new LoopStub();
        var clients = Enumerable.Range(0, ConnectionTable.MaxFromOneAddress + 6).Select(_ => loop.Connect()).ToList();
        loop.RunUntil(() => clients.Count(LoopStub.IsClosed) == 6);

        clients[0].Client.Send(Encoding.ASCII.GetBytes(LoopStub.Message("still here")));
        loop.RunUntil(() => loop.Received.Count == 1);
        clients[0].Dispose();
        loop.RunUntil(() => loop.Failures.Count == 1);
        using var next = loop.Connect(); // one is gone: there is room for one
        next.Client.Send(Encoding.ASCII.GetBytes(LoopStub.Message("next")));
        loop.RunUntil(() => loop.Received.Count == 2);
        foreach (var client in clients) client.Dispose();
    }

    [Fact]
    public async Task WhatIsQueuedAtTheEndStillGoesOut()
    {
        var loop = new LoopStub();
        await using var peer = new LoopStub();
        loop.Send(loop.FlowTo(peer.EndPoint, SipTransport.Tcp)!, LoopStub.Message("hello"));
        peer.RunUntil(() => peer.Received.Count == 1);
        for (var i = 0; i < 50; i++) loop.Send(loop.FlowTo(peer.EndPoint, SipTransport.Tcp)!, LoopStub.Message("bye"));
        await loop.DisposeAsync();
        peer.RunUntil(() => peer.Received.Count == 51);
    }
}
