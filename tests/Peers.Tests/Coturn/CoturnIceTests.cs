// SPDX-License-Identifier: MIT
using Earshot.Media;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Media.Transport.Streams;
using Earshot.Peers.Tests.Harness;
using Earshot.Protocol.Turn;
using Earshot.Signaling;
using Earshot.Tests.Shared;

namespace Earshot.Peers.Tests.Coturn;

/// <summary>Two ICE agents that have nothing but a relay each, over TCP and TLS.</summary>
public sealed class CoturnIceTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("tcp", "tcp")]
    [InlineData("tls", "tcp")]
    [InlineData("tls", "tls")]
    public async Task TwoAgentsFindEachOtherThroughRelaysAlone(string ours, string theirs)
    {
        await using var server = await CoturnServer.StartAsync(_scratch);
        using var alice = new IceEnd(isControlling: true, new SystemRandom());
        using var bob = new IceEnd(isControlling: false, new SystemRandom());
        using var first = await Relay(server, ours, alice);
        using var second = await Relay(server, theirs, bob);
        alice.Agent.SetRemote(MonotonicClock.Now, bob.Agent.LocalDescription);
        bob.Agent.SetRemote(MonotonicClock.Now, alice.Agent.LocalDescription);
        await Until(() => alice.Agent.Selected is { IsNominated: true } && bob.Agent.Selected is { IsNominated: true }, alice, bob);
        Assert.True(alice.Agent.Selected!.IsRelayed && bob.Agent.Selected!.IsRelayed);

        first.Choose(MonotonicClock.Now, second.Origin);
        second.Choose(MonotonicClock.Now, first.Origin);
        for (int i = 1; i <= 50; i++)
        {
            Assert.True(alice.SendMedia(MonotonicClock.Now, [0x80, (byte)i]));
            Assert.True(bob.SendMedia(MonotonicClock.Now, [0x90, (byte)i]));
            await Until(() => alice.Heard.Count == i && bob.Heard.Count == i, alice, bob);
        }

        Assert.Equal(Enumerable.Range(1, 50), bob.Heard.Select(p => (int)p[1]));
        Assert.Equal((0, 0), (first.Stream!.Unsent, first.Stream.Overrun));
        first.Close(MonotonicClock.Now);
        second.Close(MonotonicClock.Now);
    }

    private static async Task<TurnRelay> Relay(CoturnServer coturn, string kind, IceEnd end)
    {
        var server = coturn.Server(kind);
        var addresses = await ServerAddresses.FindAsync(server, TimeSpan.FromSeconds(10));
        var stream = new StreamPort(StreamTarget.Of(server, addresses, [coturn.Certificate]), () => { });
        stream.Start();
        var relay = TurnRelay.OverStream(new() { Username = server.Username!, Password = server.Password! }, new SystemRandom(), stream, PeerAddress.From(addresses[0]));
        relay.Allocate(MonotonicClock.Now);
        TurnEvent? happened = null;
        for (int i = 0; i < 4000 && !relay.PollEvent(out happened); i++)
        {
            relay.TryReceive(MonotonicClock.Now, out _, out _, out _);
            await Task.Delay(5);
        }

        end.AddRelay(MonotonicClock.Now, relay, Assert.IsType<TurnEvent.Allocated>(happened));
        end.Agent.CompleteLocal(MonotonicClock.Now);
        return relay;
    }

    private static async Task Until(Func<bool> condition, params IceEnd[] ends)
    {
        for (int i = 0; i < 5000 && !condition(); i++)
        {
            foreach (var end in ends)
                end.Turn(MonotonicClock.Now);
            await Task.Delay(2);
        }

        Assert.True(condition(), string.Join(" ", ends.Select(e => $"{e.Agent.State} {e.Heard.Count}")));
    }
}
