// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Text;
using Earshot.Protocol.Sip;
using Earshot.Signaling.Transport;

namespace Earshot.Signaling.Tests.Transport;

public class UdpTransportTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("::", "::1")]
    [InlineData("::", "127.0.0.1")]
    public async Task ADatagramIsAnsweredOnItsFlow(string listen, string from)
    {
        await using var loop = new LoopStub(listen);
        var address = IPAddress.Parse(from);
        using var client = new UdpClient(new IPEndPoint(address, 0));
        client.Send("one"u8, new IPEndPoint(address, loop.EndPoint.Port));
        client.Send("two"u8, new IPEndPoint(address, loop.EndPoint.Port));
        loop.RunUntil(() => loop.Received.Count == 2);
        var flow = loop.Received[0].Flow;
        Assert.Same(flow, loop.Received[1].Flow);
        Assert.Equal((SipTransport.Udp, false), (flow.Transport, flow.IsReliable));
        Assert.Equal(new IPEndPoint(address, loop.EndPoint.Port), flow.Local);
        Assert.Equal((IPEndPoint)client.Client.LocalEndPoint!, flow.Remote);
        loop.Send(flow, "three");
        IPEndPoint? sender = null;
        Assert.Equal("three", Encoding.ASCII.GetString(client.Receive(ref sender)));
    }

    [Fact]
    public async Task TheSameFlowServesBothDirections()
    {
        await using var loop = new LoopStub();
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var flow = loop.FlowTo((IPEndPoint)client.Client.LocalEndPoint!);
        client.Send("hello"u8, loop.EndPoint);
        loop.RunUntil(() => loop.Received.Count == 1);
        Assert.Same(flow, loop.Received[0].Flow);
    }

    [Fact]
    public async Task SocketErrorsAreToldAndNeverFatal()
    {
        await using var loop = new LoopStub();
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var flow = loop.FlowTo((IPEndPoint)client.Client.LocalEndPoint!)!;
        loop.Send(flow, new string('x', 70_000));
        Assert.Equal((flow, TransportFailure.TooLarge), Assert.Single(loop.Failures));
        Assert.Equal(1, loop.Sockets.SocketErrors);

        var gone = new IPEndPoint(IPAddress.Loopback, FreePort());
        for (var i = 0; i < 20; i++) loop.Send(loop.FlowTo(gone)!, "into the void");
        client.Send("still there"u8, loop.EndPoint);
        loop.RunUntil(() => loop.Received.Count == 1);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("::", "::1")]
    [InlineData("::", "127.0.0.1")]
    public async Task ARefusedDatagramIsToldOnItsOwnFlowAlone(string listen, string to)
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("only Linux says which datagram was refused");
        await using var loop = new LoopStub(listen);
        var address = IPAddress.Parse(to);
        using var client = new UdpClient(new IPEndPoint(address, 0));
        var living = loop.FlowTo((IPEndPoint)client.Client.LocalEndPoint!)!;
        using var closed = new UdpClient(new IPEndPoint(address, 0));
        var dead = loop.FlowTo((IPEndPoint)closed.Client.LocalEndPoint!)!;
        closed.Close();
        for (var i = 0; i < 10; i++)
        {
            loop.Send(dead, "nobody listens");
            loop.Send(living, $"{i}");
        }

        loop.RunUntil(() => loop.Failures.Count > 0);
        Assert.All(loop.Failures, f => Assert.Equal((dead, TransportFailure.Refused), f));
        IPEndPoint? sender = null;
        for (var i = 0; i < 10; i++) Assert.Equal($"{i}", Encoding.ASCII.GetString(client.Receive(ref sender)));
        client.Send("hello"u8, new IPEndPoint(address, loop.EndPoint.Port));
        loop.RunUntil(() => loop.Received.Count == 1);
    }

    [Fact]
    public async Task RandomDatagramsDoNoHarm()
    {
        await using var loop = new LoopStub();
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var random = new Random(5060);
        for (var i = 0; i < 300; i++)
        {
            var bytes = new byte[random.Next(0, 1400)];
            random.NextBytes(bytes);
            client.Send(bytes, loop.EndPoint);
        }
        // The flood may fill the kernel's buffer: what is lost then is sent again, as SIP does.
        loop.RunUntil(() =>
        {
            client.Send("last"u8, loop.EndPoint);
            return loop.Received.Exists(r => r.Text == "last");
        });
    }

    [Fact]
    public void TheMailboxIsBounded()
    {
        var mailbox = new Mailbox();
        for (var i = 0; i < Mailbox.MaxPackets; i++) Assert.True(mailbox.TryPostPacket("x"u8, null, null));
        Assert.False(mailbox.TryPostPacket("x"u8, null, null));
        mailbox.Post(_ => { });
        Assert.True(mailbox.TryTake(TimeSpan.Zero, out var letter));
        letter.Release();
        Assert.True(mailbox.TryPostPacket("x"u8, null, null));
    }

    [Fact]
    public void TablesForgetTheOldest()
    {
        var table = new BoundedTable<int, string>(2);
        table.Set(1, "a");
        table.Set(2, "b");
        Assert.True(table.TryGet(1, out _));
        table.Set(3, "c");
        Assert.False(table.TryGet(2, out _));
        Assert.True(table.TryGet(1, out var first));
        Assert.Equal(("a", 2), (first, table.Count));
    }

    internal static int FreePort()
    {
        using var probe = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.Client.LocalEndPoint!).Port;
    }
}
