// SPDX-License-Identifier: MIT
using Earshot.Protocol.Ice;
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Tests.Ice;

/// <summary>What becomes of a path once it stands: consent, restart, interfaces that go away, silence.</summary>
public sealed class IcePathTests
{
    private static (IceNode A, IceNode B) Connected(IceWorld world, bool renomination = true, int interfaces = 2)
    {
        var (a, b) = (world.Add("a", new() { IsControlling = true, OffersRenomination = renomination }), world.Add("b", new() { OffersRenomination = renomination }));
        for (int i = 0; i < interfaces; i++)
            world.AddHost(a, NatKind.PortRestricted);
        world.AddHost(b, NatKind.PortRestricted);
        world.Negotiate(a, b);
        world.Run(3000);
        IceConnectivityTests.AssertAgreed(a, b);
        a.Events.Clear();
        b.Events.Clear();
        return (a, b);
    }

    private static void Restart(IceWorld world, IceNode a, IceNode b)
    {
        a.Agent.Restart(world.Now);
        Assert.True(b.Agent.IsRestart(a.Agent.LocalDescription));
        b.Agent.Restart(world.Now);
        world.Negotiate(a, b);
    }

    [Fact]
    public void ConsentIsAskedEveryFiveSecondsMoreOrLessAndKeepsThePath()
    {
        using var world = new IceWorld();
        var (a, b) = Connected(world, interfaces: 1);
        world.Run(60_000);
        var asked = new List<double>();
        world.Intercept = (node, _, _, bytes) =>
        {
            if (node == a && bytes[0] == 0 && bytes[1] == 1)
                asked.Add(world.Now.TotalMilliseconds);
            return false;
        };
        world.Run(600_000);
        Assert.InRange(asked.Count, 110, 135);
        Assert.All(asked.Zip(asked.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 3999, 6001));
        Assert.Contains(asked.Zip(asked.Skip(1)), pair => Math.Abs(pair.Second - pair.First - 5000) > 300);
        Assert.Empty(a.Events);
        Assert.Empty(b.Events);
    }

    [Fact]
    public void APeerThatFallsSilentIsSuspectedInSecondsAndGivenUpAfterThirty()
    {
        using var world = new IceWorld();
        var (a, b) = Connected(world, interfaces: 1);
        var silentAt = world.Now;
        b.DeadBases.Add(b.Hosts[0]);
        world.Run(60_000);
        var suspected = a.FirstAt(e => e is IceEvent.StateChanged { State: IceState.Disconnected }) - silentAt;
        var lost = a.FirstAt(e => e is IceEvent.Selected { Path: null }) - silentAt;
        Assert.InRange(suspected.TotalSeconds, 0, 8.5);
        Assert.InRange(lost.TotalSeconds, 24, 31);
        Assert.Equal(IceState.Failed, a.Agent.State);
        Assert.Null(a.Agent.Selected);
        Assert.True(a.Has<IceEvent.RestartNeeded>());
        int sent = a.Sent;
        world.Run(60_000);
        Assert.Equal(sent, a.Sent);
    }

    [Fact]
    public void AGapIsSurvived()
    {
        using var world = new IceWorld();
        var (a, b) = Connected(world, interfaces: 1);
        b.DeadBases.Add(b.Hosts[0]);
        world.Run(15_000);
        Assert.Equal(IceState.Disconnected, a.Agent.State);
        b.DeadBases.Clear();
        world.Run(3000);
        Assert.Equal((IceState.Completed, IceState.Completed), (a.Agent.State, b.Agent.State));
        Assert.DoesNotContain(a.Paths, p => p is null);
    }

    [Fact]
    public void ConsentSurvivesLoss()
    {
        using var world = new IceWorld(5);
        var (a, b) = Connected(world, interfaces: 1);
        world.Loss = 0.2;
        world.Run(1_800_000);
        Assert.DoesNotContain(a.Paths, p => p is null);
        Assert.DoesNotContain(b.Paths, p => p is null);
    }

    [Fact]
    public void AnInterfaceThatGoesDownIsLeftAtOnceAndThePeerFollows()
    {
        using var world = new IceWorld();
        var (a, b) = Connected(world);
        var gone = a.Agent.Selected!.Base;
        a.DeadBases.Add(gone);
        a.Agent.RemoveLocal(world.Now, gone);
        var path = a.Agent.Selected;
        Assert.True(path is not null && path.Base != gone);
        world.Run(300);
        IceConnectivityTests.AssertAgreed(a, b);
        Assert.True(a.Agent.Selected!.IsNominated && b.Agent.Selected!.IsNominated);
        Assert.False(a.Has<IceEvent.RestartNeeded>());
        Assert.True(b.Events[0].At - world.Now < TimeSpan.FromMilliseconds(300));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void APairThatNobodyKeptWarmIsAskedBeforeItIsUsed(bool isAlive)
    {
        using var world = new IceWorld();
        var (a, b) = (world.Add("a", new() { IsControlling = true }), world.Add("b", new()));
        world.AddHost(a, NatKind.None);
        world.AddRelay(a); // by another interface
        for (int i = 0; i < 5; i++)
            world.AddHost(b, NatKind.None);
        world.Negotiate(a, b);
        world.Run(60_000);
        IceConnectivityTests.AssertAgreed(a, b);
        var gone = a.Agent.Selected!.Base;
        Assert.Contains(a.Agent.Pairs, p => p.Base == a.Relay && p.IsValid && p.Consent.NextAt == Instant.Never); // the spares are all of the host's
        if (!isAlive)
            a.DeadBases.Add(a.Relay);
        a.DeadBases.Add(gone);
        a.Events.Clear();
        a.Agent.RemoveLocal(world.Now, gone);
        Assert.Null(a.Agent.Selected); // no consent, no packet (RFC 7675 §5.1)
        world.Run(1000);
        Assert.Equal(isAlive ? a.Relay : default, a.Agent.Selected?.Base ?? default);
        Assert.NotEqual(IceState.Failed, a.Agent.State); // a restart may find another way
        Assert.True(a.Has<IceEvent.RestartNeeded>());
    }

    [Fact]
    public void TheControlledSidesInterfaceGoesDownAndTheOtherNoticesByItself()
    {
        using var world = new IceWorld();
        var (a, b) = (world.Add("a", new()), world.Add("b", new() { IsControlling = true }));
        world.AddHost(a, NatKind.PortRestricted);
        world.AddHost(a, NatKind.PortRestricted);
        world.AddHost(b, NatKind.PortRestricted);
        world.Negotiate(b, a);
        world.Run(3000);
        var gone = a.Agent.Selected!.Base;
        a.DeadBases.Add(gone);
        var goneAt = world.Now;
        b.Events.Clear();
        a.Agent.RemoveLocal(world.Now, gone);
        world.Run(1000);
        Assert.InRange((b.Events[0].At - goneAt).TotalMilliseconds, 0, 280);
        Assert.True(b.Agent.Selected!.IsNominated && a.Agent.Selected!.IsNominated);
        Assert.NotEqual(gone, a.Agent.Selected!.Base);
        world.Run(5000);
        Assert.False(a.Has<IceEvent.RestartNeeded>() || b.Has<IceEvent.RestartNeeded>());
    }

    [Fact]
    public void WithoutRenominationTheOtherPairIsUsedAndARestartAskedFor()
    {
        using var world = new IceWorld();
        var (a, _) = Connected(world, renomination: false);
        var gone = a.Agent.Selected!.Base;
        a.DeadBases.Add(gone);
        a.Agent.RemoveLocal(world.Now, gone);
        world.Run(50);
        Assert.True(a.Agent.Selected is { IsNominated: false });
        Assert.Contains(a.Events, e => e.Happened is IceEvent.RestartNeeded { Reason: RestartReason.PathChanged });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void APeerThatNominatesAgainBecauseItsPathDiedIsFollowed(bool controllingMoves)
    {
        // Browsers do so without a word of renomination.
        using var world = new IceWorld();
        var (a, b) = Connected(world, renomination: false);
        var gone = a.Agent.Selected!.Base;
        world.Intercept = (_, from, to, _) => from == gone || a.Nats[gone].Outside.SameHost(to);
        (controllingMoves ? a : b).Agent.Probe(world.Now);
        world.Run(2000);
        Assert.NotEqual(gone, a.Agent.Selected!.Base);
        Assert.False(a.Nats[gone].Outside.SameHost(b.Agent.Selected!.Remote));
        Assert.True(a.Has<IceEvent.RestartNeeded>() && a.Agent.State == IceState.Connected);
    }

    [Fact]
    public void SilenceIsProbedAndAnotherPathTakenWithinASecond()
    {
        using var world = new IceWorld();
        var (a, b) = Connected(world);
        // The path dies somewhere in the network: no interface says so, only the sound stops.
        var dead = a.Agent.Selected!.Base;
        world.Intercept = (_, from, to, _) => from == dead || a.Nats[dead].Outside.SameHost(to);
        world.Run(300);
        var heard = world.Now;
        a.Agent.Probe(world.Now);
        world.Run(700);
        Assert.True(a.Agent.Selected!.Base != dead);
        IceConnectivityTests.AssertAgreed(a, b);
        Assert.All(a.Events, e => Assert.True(e.At - heard < TimeSpan.FromMilliseconds(700)));
    }

    [Fact]
    public void AProbeOfAGoodPathChangesNothing()
    {
        using var world = new IceWorld { Loss = 0.1 };
        var (a, b) = Connected(world);
        world.Loss = 0;
        for (int i = 0; i < 20; i++)
        {
            a.Agent.Probe(world.Now);
            b.Agent.Probe(world.Now);
            world.Run(1000);
        }

        Assert.Empty(a.Events);
        Assert.Empty(b.Events);
    }

    [Fact]
    public void AProbeAskedForAgainAndAgainCostsLittle()
    {
        using var world = new IceWorld();
        var (a, _) = Connected(world);
        int before = a.Sent;
        for (int i = 0; i < 500; i++)
        {
            a.Agent.Probe(world.Now);
            world.Run(20);
        }

        Assert.InRange(a.Sent - before, 20, 150);
    }

    [Fact]
    public void ARestartKeepsTheOldPathUntilTheNewOneIsNominated()
    {
        using var world = new IceWorld();
        var (a, b) = Connected(world);
        var old = a.Agent.Selected!;
        var credentials = a.Agent.LocalDescription.Credentials;
        a.Agent.Restart(world.Now);
        b.Agent.Restart(world.Now);
        Assert.NotEqual(credentials, a.Agent.LocalDescription.Credentials);
        // Signalling takes its time: consent goes on under the old credentials.
        world.Run(40_000);
        Assert.Same(old, a.Agent.Selected);
        world.Negotiate(a, b);
        world.Run(1000);
        IceConnectivityTests.AssertAgreed(a, b);
        Assert.Equal((1, 1), (a.Agent.Selected!.Generation, b.Agent.Selected!.Generation));
        Assert.DoesNotContain(a.Paths, p => p is null or { IsNominated: false });
    }

    [Fact]
    public void ARestartRevivesAFailedSession()
    {
        using var world = new IceWorld();
        var (a, b) = Connected(world, interfaces: 1);
        b.DeadBases.Add(b.Hosts[0]);
        world.Run(60_000);
        b.Agent.RemoveLocal(world.Now, b.Hosts[0]);
        world.AddHost(b, NatKind.AddressRestricted);
        Restart(world, a, b);
        world.Run(500);
        IceConnectivityTests.AssertAgreed(a, b);
    }

    [Fact]
    public void ARestartConnectsWithinFiveRoundTripsOfSignalling()
    {
        using var world = new IceWorld();
        var (a, b) = Connected(world);
        Restart(world, a, b);
        var answered = world.Now;
        world.Run(5 * 40);
        Assert.Equal((1, 1), (a.Agent.Selected!.Generation, b.Agent.Selected!.Generation));
        Assert.True(a.Agent.Selected.IsNominated && b.Agent.Selected.IsNominated && world.Now - answered <= TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public void SeveralRestartsInARowEndInTheLast()
    {
        using var world = new IceWorld();
        var (a, b) = Connected(world);
        for (int i = 0; i < 3; i++)
        {
            a.Agent.Restart(world.Now);
            b.Agent.Restart(world.Now);
            b.Agent.SetRemote(world.Now, a.Agent.LocalDescription);
            world.Run(30);
        }

        world.Negotiate(a, b);
        world.Run(1000);
        IceConnectivityTests.AssertAgreed(a, b);
        Assert.Equal(3, a.Agent.Selected!.Generation);
    }

    [Fact]
    public void ASessionNominatesOnce()
    {
        using var world = new IceWorld();
        var (a, b) = (world.Add("a", new() { IsControlling = true, OffersRenomination = false }), world.Add("b", new()));
        for (int i = 0; i < 3; i++)
        {
            world.AddHost(a, NatKind.PortRestricted);
            world.AddHost(b, NatKind.PortRestricted);
        }

        var nominated = new HashSet<(TransportAddress, TransportAddress)>();
        world.Intercept = (node, from, to, bytes) =>
        {
            if (StunMessage.TryParse(bytes, out var message) && message.Has(StunAttribute.UseCandidate))
                nominated.Add((from, to));
            return false;
        };
        world.Negotiate(a, b);
        world.Run(60_000);
        Assert.Single(nominated);
        IceConnectivityTests.AssertAgreed(a, b);
    }

    [Fact]
    public void AnIdleSessionSendsLittle()
    {
        using var world = new IceWorld();
        var (a, b) = Connected(world);
        world.Run(60_000);
        int before = a.Sent;
        world.Run(600_000);
        // Consent and answers each 5 s, one spare each 15 s, both ways.
        Assert.InRange(a.Sent - before, 200, 480);
    }
}
