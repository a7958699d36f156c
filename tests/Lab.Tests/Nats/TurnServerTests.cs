// SPDX-License-Identifier: MIT
using Earshot.Lab.Nats;
using Earshot.Protocol;
using Earshot.Protocol.Turn;

namespace Earshot.Lab.Tests.Nats;

/// <summary>Our client with the lab's server, through the lab's NATs: what the double of a server grants, it also enforces.</summary>
public sealed class TurnServerTests
{
    private static readonly TimeSpan Line = TimeSpan.FromMilliseconds(10);

    /// <summary>A client behind a NAT, a server, a peer in public.</summary>
    private sealed class World : IDisposable
    {
        private readonly byte[] _buffer = new byte[1500];
        private readonly Dictionary<TransportAddress, Action<byte[]>> _peers = [];

        public World(bool sha256 = true, TimeSpan? lifetime = null)
        {
            Host = Network.AddRealm(NatKinds.Symmetric, "198.51.100.1", Line).AddHost("10.0.0.2");
            Server = new TurnServer(Network, Network.Public.AddHost("203.0.113.9")) { UsesSha256 = sha256, Lifetime = lifetime ?? TimeSpan.FromMinutes(10) };
            PeerHost = Network.Public.AddHost("192.0.2.7", Line);
            PeerHost.OnDatagram = (_, _, from, bytes) => AtPeer.Add((from, bytes));
            Host.OnDatagram = (now, _, _, bytes) => Take(now, bytes);
            Client = new TurnClient(new() { Username = Server.User, Password = Server.Password }, Network.Random);
            Client.Allocate(Network.Now);
        }

        public NatNetwork Network { get; } = new(5);
        public NatHost Host { get; }
        public NatHost PeerHost { get; }
        public TurnServer Server { get; }
        public TurnClient Client { get; }
        public TransportAddress Peer => PeerHost.Address.WithPort(4000);
        public List<(TransportAddress From, byte[] Bytes)> AtPeer { get; } = [];
        public List<byte[]> AtClient { get; } = [];
        public List<TurnEvent> Events { get; } = [];

        public void Run(double seconds)
        {
            var end = Network.Now + TimeSpan.FromSeconds(seconds);
            Drain();
            while (Instant.Min(Network.NextArrival, Client.PollTimeout()) is var next && next <= end)
            {
                Network.Run(Instant.Max(next, Network.Now));
                if (Client.PollTimeout() <= Network.Now)
                    Client.HandleTimeout(Network.Now);
                Drain();
            }

            Network.Run(end);
        }

        public bool SendToPeer(params byte[] payload)
        {
            var buffer = new byte[200];
            payload.CopyTo(buffer, TurnData.Headroom);
            bool isWrapped = Client.TryWrap(Peer, buffer, TurnData.Headroom, payload.Length, out int start, out int total);
            if (isWrapped)
                Network.Send(Host, Host.Address.WithPort(5004), Server.Address, buffer.AsSpan(start, total));
            return isWrapped;
        }

        public void SendFromPeer(params byte[] payload) => Network.Send(PeerHost, Peer, Client.Relayed, payload);

        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
        }

        private void Take(Instant now, byte[] bytes)
        {
            if (Client.HandlePacket(now, bytes, out _, out var payload) == TurnReceived.Data)
                AtClient.Add(bytes[payload]);
        }

        private void Drain()
        {
            while (Client.PollTransmit(_buffer, out int length))
                Network.Send(Host, Host.Address.WithPort(5004), Server.Address, _buffer.AsSpan(0, length));
            while (Client.PollEvent(out var happened))
                Events.Add(happened);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PacketsCrossARelayBothWaysAsIndicationsAndInChannels(bool sha256)
    {
        using var world = new World(sha256);
        world.Run(1);
        Assert.True(world.Client.CreatePermission(world.Network.Now, world.Peer));
        world.Run(1);
        Assert.True(world.SendToPeer(1, 2, 3));
        world.SendFromPeer(4, 5);
        world.Run(1);
        Assert.True(world.Client.BindChannel(world.Network.Now, world.Peer));
        world.Run(1);
        Assert.True(world.SendToPeer(6));
        world.SendFromPeer(7);
        world.Run(1);
        Assert.Equal([[1, 2, 3], [6]], world.AtPeer.Select(p => p.Bytes));
        Assert.All(world.AtPeer, p => Assert.Equal(world.Client.Relayed, p.From));
        Assert.Equal([[4, 5], [7]], world.AtClient);
    }

    [Fact]
    public void NothingPassesWithoutAPermission()
    {
        using var world = new World();
        world.Run(1);
        world.SendFromPeer(1);
        Assert.False(world.SendToPeer(1));
        world.Run(1);
        Assert.Empty(world.AtClient);
        Assert.Empty(world.AtPeer);
    }

    [Fact]
    public void AnHourLaterEverythingStillStandsAndAStaleNonceChangesNothing()
    {
        using var world = new World();
        world.Run(1);
        world.Client.BindChannel(world.Network.Now, world.Peer);
        for (int i = 0; i < 60; i++)
        {
            world.Run(60);
            world.Server.MakeNonceStale();
        }

        Assert.True(world.SendToPeer(1));
        world.SendFromPeer(2);
        world.Run(1);
        Assert.Single(world.AtPeer);
        Assert.Single(world.AtClient);
        Assert.DoesNotContain(world.Events, e => e is TurnEvent.Ended);
    }

    [Theory]
    [InlineData(TurnVice.Dead, TurnEnd.TimedOut)]
    [InlineData(TurnVice.Forges, TurnEnd.Forged)]
    [InlineData(TurnVice.Lies, TurnEnd.Malformed)]
    [InlineData(TurnVice.Full, TurnEnd.Quota)]
    internal void AServerThatMisbehavesEndsWithOneReason(TurnVice vice, TurnEnd end)
    {
        using var world = new World();
        world.Server.Vice = vice;
        world.Run(120);
        Assert.Equal(end, Assert.IsType<TurnEvent.Ended>(Assert.Single(world.Events)).Cause);
    }

    [Fact]
    public void AServerThatWasStartedAnewKnowsNothing()
    {
        using var world = new World(lifetime: TimeSpan.FromSeconds(60));
        world.Run(1);
        world.Server.Restart();
        world.Run(120);
        Assert.Equal(TurnEnd.Mismatch, world.Events.OfType<TurnEvent.Ended>().Single().Cause);
    }
}
