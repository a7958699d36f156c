// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Protocol.Sip;
using Earshot.Signaling.Transport;

namespace Earshot.Signaling.Tests.Transport;

public class ListenTests
{
    [Fact]
    public void PortZeroPicksOneThatIsFreeForBoth()
    {
        using var first = ListenSockets.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var second = ListenSockets.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.Equal(((IPEndPoint)first.Udp!.LocalEndPoint!).Port, ((IPEndPoint)first.Tcp.LocalEndPoint!).Port);
        Assert.NotEqual(first.EndPoint, second.EndPoint);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ATakenPortIsNamed(bool byUdp)
    {
        using var taken = new Socket(AddressFamily.InterNetwork, byUdp ? SocketType.Dgram : SocketType.Stream, byUdp ? ProtocolType.Udp : ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (!byUdp) taken.Listen();
        var error = Assert.Throws<SignalingTransportException>(() => ListenSockets.Bind((IPEndPoint)taken.LocalEndPoint!));
        Assert.Contains(((IPEndPoint)taken.LocalEndPoint!).Port.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
        Assert.Contains("taken", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AForeignAddressIsNamed()
    {
        var error = Assert.Throws<SignalingTransportException>(() => ListenSockets.Bind(new IPEndPoint(IPAddress.Parse("192.0.2.99"), 0)));
        Assert.Contains("192.0.2.99", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoopbackIsNeverAdvertisedToAnotherHost()
    {
        await using var loop = new LoopStub();
        Assert.Null(loop.FlowTo(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 5060)));
        Assert.Null(loop.FlowTo(new IPEndPoint(IPAddress.IPv6Loopback, 5060)));
        Assert.Null(loop.FlowTo(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 5061), SipTransport.Tls));
    }

    [Fact]
    public async Task AWildcardAdvertisesWhatTheKernelRoutes()
    {
        await using var loop = new LoopStub("0.0.0.0");
        Assert.Equal(IPAddress.Loopback, loop.FlowTo(new IPEndPoint(IPAddress.Loopback, 5060))!.Local.Address);
        var outside = loop.FlowTo(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 5060));
        Assert.False(outside is { } flow && (IPAddress.IsLoopback(flow.Local.Address) || AddressRules.IsWildcard(flow.Local.Address)));
    }
}
