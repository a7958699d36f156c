// SPDX-License-Identifier: MIT
using Earshot.Lab.Nats;
using Earshot.Media;
using Earshot.Protocol;

namespace Earshot.Lab.Tests.Nats;

/// <summary>Servers that lie or die, and strangers on the wire: the call goes on, or another way.</summary>
public sealed class NatHostileTests
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(5);

    private static double Silence(NatCall call, Instant from) => Math.Max(
        call.Alice.Media.Heard.LongestSilence(from).TotalMilliseconds, call.Bob.Media.Heard.LongestSilence(from).TotalMilliseconds);

    [Theory]
    [InlineData(TurnVice.Dead)]
    [InlineData(TurnVice.Forges)]
    [InlineData(TurnVice.Lies)]
    [InlineData(TurnVice.Full)]
    [InlineData(TurnVice.Forbids)]
    internal void AServerThatIsNoGoodPreventsNoDirectCall(TurnVice vice)
    {
        using var call = new NatCall();
        call.Server.Vice = vice;
        call.Alice.Attach(call.AddLine(NatKinds.PortRestricted, 1));
        call.Bob.Attach(call.AddLine(vice == TurnVice.Dead ? NatKinds.None : NatKinds.PortRestricted, 2));
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromSeconds(1));
        Assert.False(call.IsRelayed);
    }

    [Fact]
    public void ARelayThatDiesInMidCallIsReplacedByTheOtherSides()
    {
        using var call = new NatCall(1, null, null, bobsServer: true);
        call.Alice.Attach(call.AddLine(NatKinds.Symmetric, 1));
        call.Bob.Attach(call.AddLine(NatKinds.Symmetric, 2));
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromSeconds(4));
        Assert.True(call.IsRelayed);
        var at = call.Network.Now;
        bool isBobs = call.BobsServer.Address.SameHost(call.Alice.Path.Selected!.Remote) && !call.Server.Address.SameHost(call.Alice.Path.Selected.Base);
        (isBobs ? call.BobsServer : call.Server).Vice = TurnVice.Dead;
        call.Run(TimeSpan.FromSeconds(5));
        Assert.InRange(Silence(call, at), 100, 1000);
        Assert.InRange(Silence(call, call.Network.Now - TimeSpan.FromSeconds(2)), 0, 60);
    }

    [Fact]
    public void ARelayThatDiesIsTheEndOfThePathAndNotOfTheProcess()
    {
        using var call = NatCall.Between(NatKinds.Symmetric, NatKinds.Symmetric);
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromSeconds(1));
        call.Alice.RestartsByItself = false;
        call.Server.Vice = TurnVice.Dead;
        call.Run(TimeSpan.FromSeconds(3));
        Assert.Contains(call.Alice.Path.Events, e => e.Kind == MediaEventKind.PathDoubtful);
        // It comes back in time, with its allocations: so does the call.
        call.Server.Vice = TurnVice.None;
        call.Run(TimeSpan.FromSeconds(3));
        Assert.True(call.Alice.Path.IsNominated && call.Bob.Path.IsNominated);
        Assert.InRange(Silence(call, call.Network.Now - TimeSpan.FromSeconds(1)), 0, 60);
    }

    [Fact]
    public void WhatWasOverheardAndIsSaidAgainFromElsewhereMovesNobody()
    {
        using var call = NatCall.Between(NatKinds.None, NatKinds.Independent);
        var overheard = new List<NatDatagram>();
        call.Network.Intercept = datagram =>
        {
            overheard.Add(datagram);
            return false;
        };
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromSeconds(1));
        call.Network.Intercept = null;
        var (alice, bob) = (call.Alice.Path.Selected, call.Bob.Path.Selected);
        var (at, dice) = (call.Network.Now, new SeededRandom(9));
        for (int i = 0; i < 2000; i++)
        {
            var datagram = overheard[(int)(dice.NextBits() % (ulong)overheard.Count)];
            var bytes = (byte[])datagram.Bytes.Clone();
            if (i % 2 == 0)
                bytes[(int)(dice.NextBits() % (ulong)bytes.Length)] ^= (byte)(1 << (i % 8));
            var from = i % 3 == 0 ? datagram.From : NatNetwork.Address($"192.0.2.{100 + (i % 50)}", 1000 + i);
            var to = i % 5 == 0 ? bob!.Base : i % 2 == 0 ? alice!.Base : alice!.Remote;
            call.Network.Inject(from, to, bytes);
            call.Run(TimeSpan.FromMilliseconds(2));
        }

        call.Run(TimeSpan.FromSeconds(1));
        Assert.Equal((alice!.Base, alice.Remote), (call.Alice.Path.Selected!.Base, call.Alice.Path.Selected.Remote));
        Assert.Equal((bob!.Base, bob.Remote), (call.Bob.Path.Selected!.Base, call.Bob.Path.Selected.Remote));
        Assert.InRange(Silence(call, at), 0, 60);
        Assert.InRange(call.Bob.Path.Link!.Strangers, 100, 2000);
        Assert.False(call.Alice.Path.Events.Exists(e => e.At > at) || call.Bob.Path.Events.Exists(e => e.At > at));
    }
}
