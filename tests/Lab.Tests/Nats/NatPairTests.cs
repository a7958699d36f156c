// SPDX-License-Identifier: MIT
using Earshot.Lab.Nats;
using Earshot.Protocol.Ice;

namespace Earshot.Lab.Tests.Nats;

/// <summary>Two whole phones through every pair of NATs: they hear each other, directly where theory allows it, else through a relay.</summary>
public sealed class NatPairTests
{
    // Bounded by ICE's pacing and by waiting for a direct pair, where only a relay will do.
    private const double RelayedRoundTrips = 14;
    private const double DirectRoundTrips = 6;

    public static TheoryData<string, string> Pairs()
    {
        var rows = new TheoryData<string, string>();
        foreach (var a in NatKinds.All)
        {
            foreach (var b in NatKinds.All)
                rows.Add(NatKinds.NameOf(a), NatKinds.NameOf(b));
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void EveryPairConnects(string alice, string bob)
    {
        var (a, b) = (NatKinds.Named(alice), NatKinds.Named(bob));
        using var call = NatCall.Between(a, b);
        Assert.True(call.Connect(TimeSpan.FromSeconds(5)));
        bool isDirect = NatTheory.IsDirect(a, b);
        double roundTrips = call.SetUp / NatCall.RoundTrip;
        call.Run(TimeSpan.FromMilliseconds(300));
        TestContext.Current.TestOutputHelper!.WriteLine($"{alice},{bob}: {(call.IsRelayed ? "relay" : "direct")} {roundTrips:0.0} {call.Alice.Path.Agent.Selected} {call.Bob.Path.Agent.Selected}");
        Assert.Equal((IceState.Completed, IceState.Completed), (call.Alice.Path.Agent.State, call.Bob.Path.Agent.State));
        Assert.Equal(!isDirect, call.IsRelayed);
        Assert.InRange(roundTrips, 0, isDirect ? DirectRoundTrips : RelayedRoundTrips);
        Assert.True(call.Alice.Call.IsConnected && call.Bob.Call.IsConnected);
    }
}
