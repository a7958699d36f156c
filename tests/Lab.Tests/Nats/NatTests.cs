// SPDX-License-Identifier: MIT
using Earshot.Lab.Nats;
using Earshot.Protocol;

namespace Earshot.Lab.Tests.Nats;

/// <summary>A NAT does what RFC 4787 calls it.</summary>
public sealed class NatTests
{
    private static readonly TransportAddress Inside = NatNetwork.Address("10.0.0.2", 5004);
    private static readonly TransportAddress Peer = NatNetwork.Address("192.0.2.7", 4000);
    private static readonly TransportAddress PeersOtherPort = Peer.WithPort(4001);
    private static readonly TransportAddress Stranger = NatNetwork.Address("192.0.2.8", 4000);

    private static Nat Make(NatBehavior behavior) => new(behavior, NatNetwork.Address("198.51.100.1", 0), new SeededRandom(3));

    [Theory]
    [InlineData(NatScope.EndpointIndependent, true, true)]
    [InlineData(NatScope.AddressDependent, true, false)]
    [InlineData(NatScope.AddressAndPortDependent, false, false)]
    internal void AMappingIsAsWideAsItsScope(NatScope mapping, bool sameForAnotherPort, bool sameForAnotherHost)
    {
        var nat = Make(new("") { Mapping = mapping });
        var first = nat.Outbound(Instant.Zero, Inside, Peer);
        Assert.Equal(first, nat.Outbound(Instant.Zero, Inside, Peer));
        Assert.Equal(sameForAnotherPort, first == nat.Outbound(Instant.Zero, Inside, PeersOtherPort));
        Assert.Equal(sameForAnotherHost, first == nat.Outbound(Instant.Zero, Inside, Stranger));
        Assert.NotEqual(first, nat.Outbound(Instant.Zero, Inside.WithPort(5006), Peer));
    }

    [Theory]
    [InlineData(NatScope.EndpointIndependent, true, true)]
    [InlineData(NatScope.AddressDependent, true, false)]
    [InlineData(NatScope.AddressAndPortDependent, false, false)]
    internal void AFilterIsAsWideAsItsScope(NatScope filtering, bool anotherPort, bool anotherHost)
    {
        var nat = Make(new("") { Filtering = filtering });
        ushort port = nat.Outbound(Instant.Zero, Inside, Peer)!.Value.Port;
        Assert.Equal(Inside, nat.Inbound(Instant.Zero, port, Peer));
        Assert.Equal(anotherPort, nat.Inbound(Instant.Zero, port, PeersOtherPort) == Inside);
        Assert.Equal(anotherHost, nat.Inbound(Instant.Zero, port, Stranger) == Inside);
        Assert.Null(nat.Inbound(Instant.Zero, (ushort)(port + 1), Peer));
    }

    [Fact]
    public void APortIsKeptWhereItIsFree()
    {
        var nat = Make(NatKinds.PortRestricted);
        Assert.Equal(Inside.Port, nat.Outbound(Instant.Zero, Inside, Peer)!.Value.Port);
        Assert.NotEqual(Inside.Port, nat.Outbound(Instant.Zero, NatNetwork.Address("10.0.0.3", Inside.Port), Peer)!.Value.Port);
        Assert.NotEqual(Inside.Port, Make(NatKinds.PortChanging).Outbound(Instant.Zero, Inside, Peer)!.Value.Port);
    }

    [Fact]
    public void AMappingLivesByWhatLeavesAndNotByWhatComes()
    {
        var nat = Make(NatKinds.PortChanging);
        var (now, step) = (Instant.Zero, TimeSpan.FromSeconds(20));
        var mapped = nat.Outbound(now, Inside, Peer)!.Value;
        for (int i = 0; i < 3; i++)
            Assert.Equal(mapped, nat.Outbound(now += step, Inside, Peer));
        Assert.Equal(Inside, nat.Inbound(now += step, mapped.Port, Peer));
        Assert.Null(nat.Inbound(now += step, mapped.Port, Peer));
        Assert.NotEqual(mapped, nat.Outbound(now, Inside, Peer));
    }

    [Fact]
    public void WhatIsBlockedDoesNotLeave()
    {
        var nat = Make(NatKinds.UdpBlocked);
        Assert.Null(nat.Outbound(Instant.Zero, Inside, Peer));
        Assert.Equal(0, nat.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhatGoesToAnOutsideAddressOfOnesOwnComesBackOnlyWhereHairpinsAre(bool hairpins)
    {
        var network = new NatNetwork(1);
        var home = network.AddRealm(NatKinds.Independent with { Hairpins = hairpins }, "198.51.100.1", TimeSpan.Zero);
        var (a, b) = (home.AddHost("10.0.0.2"), home.AddHost("10.0.0.3"));
        var server = network.Public.AddHost("192.0.2.1");
        var heard = new List<(TransportAddress Local, TransportAddress From)>();
        b.OnDatagram = (_, local, from, _) => heard.Add((local, from));
        network.Send(b, b.Address.WithPort(7000), server.Address.WithPort(9), [1]);
        network.Send(a, a.Address.WithPort(6000), NatNetwork.Address("198.51.100.1", 7000), [2]);
        network.Run(Instant.FromMilliseconds(100));
        // From the outside address, as RFC 4787 §6 has it.
        Assert.Equal(hairpins ? [(b.Address.WithPort(7000), NatNetwork.Address("198.51.100.1", 6000))] : [], heard);
    }

    [Fact]
    public void TwoNatsInARowTranslateTwice()
    {
        var network = new NatNetwork(1);
        var carrier = network.AddRealm(NatKinds.PortRestricted, "198.51.100.1", TimeSpan.FromMilliseconds(7));
        var home = network.AddRealm(NatKinds.Symmetric, "100.64.0.5", TimeSpan.FromMilliseconds(2), carrier);
        var (phone, server) = (home.AddHost("192.168.1.2"), network.Public.AddHost("192.0.2.1", TimeSpan.FromMilliseconds(3)));
        var arrivals = new List<(Instant At, TransportAddress From)>();
        server.OnDatagram = (now, local, from, bytes) =>
        {
            arrivals.Add((now, from));
            network.Send(server, local, from, bytes);
        };
        phone.OnDatagram = (now, _, from, _) => arrivals.Add((now, from));
        network.Send(phone, phone.Address.WithPort(5004), server.Address.WithPort(9), [1]);
        network.Run(Instant.FromMilliseconds(100));
        Assert.Equal([Instant.FromMilliseconds(12), Instant.FromMilliseconds(22)], arrivals.Select(a => a.At));
        Assert.True(arrivals[0].From.SameHost(carrier.Nat!.Outside));
        Assert.Equal(server.Address.WithPort(9), arrivals[1].From);
    }

    [Fact]
    public void SomeoneElsesPrivateAddressLeadsNowhereOrToANeighbour()
    {
        var network = new NatNetwork(1);
        var (one, other) = (network.AddRealm(NatKinds.Independent, "198.51.100.1", default), network.AddRealm(NatKinds.Independent, "198.51.100.2", default));
        var (a, neighbour, b) = (one.AddHost("192.168.1.2"), one.AddHost("192.168.1.3"), other.AddHost("192.168.1.3"));
        var heard = new List<string>();
        neighbour.OnDatagram = (_, _, _, _) => heard.Add("neighbour");
        b.OnDatagram = (_, _, _, _) => heard.Add("b");
        network.Send(a, a.Address.WithPort(1), b.Address.WithPort(1), [1]);
        network.Send(a, a.Address.WithPort(1), NatNetwork.Address("192.168.7.7", 1), [1]);
        network.Run(Instant.FromMilliseconds(100));
        Assert.Equal(["neighbour"], heard);
    }

    [Fact]
    public void AConnectionGetsOutWhereDatagramsDoNotAndKeepsItsOrder()
    {
        var network = new NatNetwork(1);
        var home = network.AddRealm(NatKinds.UdpBlocked, "198.51.100.1", TimeSpan.FromMilliseconds(10));
        var (phone, server) = (home.AddHost("10.0.0.2"), network.Public.AddHost("192.0.2.1", TimeSpan.FromMilliseconds(5)));
        var came = new List<byte>();
        var opened = Instant.Never;
        server.OnConnection = stream => stream.OnBytes = (_, bytes) => came.AddRange(bytes);
        var connection = network.Connect(phone, server.Address.WithPort(443));
        connection.OnOpen = now =>
        {
            opened = now;
            connection.Write(new byte[3000]);
            connection.Write([1, 2, 3]);
        };
        network.Run(Instant.FromMilliseconds(100));
        Assert.Equal(Instant.FromMilliseconds(30), opened);
        Assert.Equal(3003, came.Count);
        Assert.Equal([1, 2, 3], came[^3..]);
        var refused = network.Connect(phone, NatNetwork.Address("192.0.2.9", 443));
        bool isClosed = false;
        refused.OnClosed = _ => isClosed = true;
        network.Run(Instant.FromMilliseconds(200));
        Assert.True(isClosed && !refused.IsOpen);
    }

    [Fact]
    public void TheTheoryIsTheSameBothWaysAndKnowsTheClassicCases()
    {
        foreach (var a in NatKinds.All)
        {
            foreach (var b in NatKinds.All)
                Assert.Equal(NatTheory.IsDirect(a, b), NatTheory.IsDirect(b, a));
        }

        Assert.True(NatTheory.IsDirect(NatKinds.PortRestricted, NatKinds.PortRestricted));
        Assert.True(NatTheory.IsDirect(NatKinds.AddressRestricted, NatKinds.Symmetric));
        Assert.True(NatTheory.IsDirect(NatKinds.None, NatKinds.Symmetric));
        Assert.False(NatTheory.IsDirect(NatKinds.PortRestricted, NatKinds.Symmetric));
        Assert.False(NatTheory.IsDirect(NatKinds.Symmetric, NatKinds.Symmetric));
        Assert.False(NatTheory.IsDirect(NatKinds.None, NatKinds.UdpBlocked));
    }
}
