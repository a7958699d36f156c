// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Media.Transport.Streams;
using Earshot.Peers.Tests.Harness;
using Earshot.Protocol;
using Earshot.Protocol.Turn;
using Earshot.Signaling;
using Earshot.Tests.Shared;

namespace Earshot.Peers.Tests.Coturn;

/// <summary>Relays of coturn over UDP, TCP and TLS, with long-term credentials.</summary>
public sealed class CoturnTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    [InlineData("tls")]
    public async Task DataGoesBothWaysThroughARelay(string kind)
    {
        await using var server = await CoturnServer.StartAsync(_scratch);
        using var end = new Allocation(server.Server(kind), new SystemRandom(), [server.Certificate]);
        var relayed = end.Allocate<TurnEvent.Allocated>().Relayed;
        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
        peer.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = TransportAddress.From((IPEndPoint)peer.LocalEndPoint!);

        end.Permit(address);
        RoundTrip(end, peer, relayed, address, 5);
        end.Bind(address);
        for (int length = 1; length < 1400; length += 199)
            RoundTrip(end, peer, relayed, address, length);
        end.Close();
        await server.SaysAsync("delete: realm=<example.org>");
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    [InlineData("tls")]
    public async Task TwoRelaysReachEachOther(string kind)
    {
        await using var server = await CoturnServer.StartAsync(_scratch);
        using var alice = new Allocation(server.Server(kind), new SystemRandom(), [server.Certificate]);
        using var bob = new Allocation(server.Server("udp"), new SystemRandom());
        alice.Allocate<TurnEvent.Allocated>();
        bob.Allocate<TurnEvent.Allocated>();
        alice.Bind(bob.Relayed);
        bob.Bind(alice.Relayed);
        for (int i = 0; i < 20; i++)
        {
            alice.Send(bob.Relayed, [1, (byte)i]);
            var (from, data) = bob.Receive();
            Assert.Equal((alice.Relayed, 1, i), (from, data[0], data[1]));
            bob.Send(alice.Relayed, [2, (byte)i]);
            (from, data) = alice.Receive();
            Assert.Equal((bob.Relayed, 2, i), (from, data[0], data[1]));
        }
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tls")]
    public async Task AWrongPasswordIsTold(string kind)
    {
        await using var server = await CoturnServer.StartAsync(_scratch);
        using var end = new Allocation(server.Server(kind, "wrong"), new SystemRandom(), [server.Certificate]);
        var ended = end.Allocate<TurnEvent.Ended>();
        Assert.Equal((TurnEnd.Credentials, 401), (ended.Cause, ended.Status));
    }

    [Fact]
    public async Task ACertificateThatNobodyKnowsIsNotBelieved()
    {
        await using var server = await CoturnServer.StartAsync(_scratch);
        using var end = new Allocation(server.Server("tls"), new SystemRandom());
        Assert.Equal(TurnEnd.Disconnected, end.Allocate<TurnEvent.Ended>().Cause);
        Assert.Equal(StreamEndCause.Untrusted, end.Stream!.End!.Cause);
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task AStaleNonceIsRenewedInMidCall(string kind)
    {
        await using var server = await CoturnServer.StartAsync(_scratch, "--stale-nonce=1");
        using var end = new Allocation(server.Server(kind), new SystemRandom());
        end.Allocate<TurnEvent.Allocated>();
        await Task.Delay(2500, TestContext.Current.CancellationToken);
        end.Bind(TransportAddress.From(IPAddress.Loopback, 9));
        end.Close();
    }

    [Fact]
    public async Task AServerThatDiesIsTold()
    {
        var server = await CoturnServer.StartAsync(_scratch);
        using var end = new Allocation(server.Server("tcp"), new SystemRandom());
        end.Allocate<TurnEvent.Allocated>();
        await server.DisposeAsync();
        Assert.Equal(TurnEnd.Disconnected, end.Await<TurnEvent.Ended>().Cause);
    }

    private static void RoundTrip(Allocation end, Socket peer, TransportAddress relayed, TransportAddress address, int length)
    {
        var data = Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray();
        end.Send(address, data);
        var heard = new byte[2048];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        int count = peer.ReceiveFrom(heard, ref from);
        Assert.Equal(data, heard[..count]);
        Assert.Equal(relayed.ToEndPoint(), from);
        peer.SendTo(heard.AsSpan(0, count), from);
        var (sender, back) = end.Receive();
        Assert.Equal(address, sender);
        Assert.Equal(data, back);
    }
}
