// SPDX-License-Identifier: MIT
using Earshot.Protocol.Ice;

namespace Earshot.Protocol.Tests.Ice;

/// <summary>Two agents over a simulated network: whatever stands between them, they connect.</summary>
public sealed class IceConnectivityTests
{
    private static readonly IceOptions Offers = new() { IsControlling = true };
    private static readonly IceOptions Answers = new();

    public static TheoryData<NatKind, NatKind> Pairs()
    {
        var rows = new TheoryData<NatKind, NatKind>();
        foreach (var a in Enum.GetValues<NatKind>())
        {
            foreach (var b in Enum.GetValues<NatKind>())
                rows.Add(a, b);
        }

        return rows;
    }

    private static bool IsHard(NatKind kind) => kind is NatKind.Symmetric or NatKind.AddressDependent;

    private static bool CanBeDirect(NatKind a, NatKind b) =>
        a != NatKind.UdpBlocked && b != NatKind.UdpBlocked
        && !(IsHard(a) && IsHard(b))
        && !(IsHard(a) && b == NatKind.PortRestricted) && !(IsHard(b) && a == NatKind.PortRestricted);

    internal static (IceNode A, IceNode B) Two(IceWorld world, NatKind a, NatKind b, IceOptions? offers = null, IceOptions? answers = null)
    {
        var (first, second) = (world.Add("a", offers ?? Offers), world.Add("b", answers ?? Answers));
        world.AddHost(first, a);
        world.AddHost(second, b);
        world.AddRelay(first);
        world.AddRelay(second);
        return (first, second);
    }

    internal static void AssertAgreed(IceNode a, IceNode b, bool relayed = false)
    {
        Assert.Equal(IceState.Completed, a.Agent.State);
        Assert.Equal(IceState.Completed, b.Agent.State);
        Assert.True(a.Agent.Selected!.IsNominated && b.Agent.Selected!.IsNominated);
        Assert.NotEqual(a.Agent.IsControlling, b.Agent.IsControlling);
        // What one knows as prflx the other knows to be a relay: one of them says so.
        Assert.Equal(relayed, a.Agent.Selected.IsRelayed || b.Agent.Selected.IsRelayed);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void EveryPairOfNatsConnectsDirectlyWhereTheoryAllowsElseThroughARelay(NatKind a, NatKind b)
    {
        using var world = new IceWorld();
        var (first, second) = Two(world, a, b);
        world.Negotiate(first, second);
        Assert.True(world.RunUntil(() => first.Agent.State == IceState.Completed && second.Agent.State == IceState.Completed, 5000));
        world.Run(200);
        AssertAgreed(first, second, !CanBeDirect(a, b));
    }

    [Theory]
    [InlineData(NatKind.None, NatKind.None, 3)]
    [InlineData(NatKind.PortRestricted, NatKind.PortRestricted, 5)]
    [InlineData(NatKind.Independent, NatKind.Symmetric, 5)]
    public void ADirectPathStandsAfterFewRoundTrips(NatKind a, NatKind b, double roundTrips)
    {
        using var world = new IceWorld();
        var (first, second) = Two(world, a, b);
        world.Negotiate(first, second);
        var answered = world.Now;
        Assert.True(world.RunUntil(() => first.Agent.State == IceState.Completed && second.Agent.State == IceState.Completed, 5000));
        double took = (Instant.Max(
            first.FirstAt(e => e is IceEvent.StateChanged { State: IceState.Completed }),
            second.FirstAt(e => e is IceEvent.StateChanged { State: IceState.Completed })) - answered) / (2 * world.Delay);
        Assert.InRange(took, 0, roundTrips);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    public void LossDelaysAndDoesNotPrevent(double loss)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            using var world = new IceWorld(seed) { Loss = loss };
            var (first, second) = Two(world, NatKind.PortRestricted, NatKind.AddressRestricted);
            world.Negotiate(first, second);
            Assert.True(world.RunUntil(() => first.Agent.State == IceState.Completed && second.Agent.State == IceState.Completed, 20_000), $"seed {seed}");
        }
    }

    [Fact]
    public void AWayThatACheckCameIsTakenWhateverTheKindsOfItsAddresses()
    {
        // Chromium on the same host asks 127.0.0.1 from the address of its network, and nominates that.
        using var world = new IceWorld();
        var (a, b) = (world.Add("a", Offers), world.Add("b", Answers));
        world.AddHost(a, NatKind.Independent, "127.0.0.1");
        world.AddHost(b, NatKind.None, "127.1.0.1");
        world.Negotiate(a, b);
        world.Run(2000);
        AssertAgreed(a, b);
        Assert.False(b.Agent.Selected!.Remote.IsLoopback);
        Assert.True(b.Agent.IsValidated(b.Hosts[0], b.Agent.Selected.Remote));
    }

    [Fact]
    public void Ipv6LeadsWhereIpv4DoesNot()
    {
        using var world = new IceWorld();
        var (a, b) = (world.Add("a", Offers), world.Add("b", Answers));
        world.AddHost(a, NatKind.Symmetric);
        world.AddHost(b, NatKind.Symmetric);
        world.AddHost(a, NatKind.None, "2001:db8:1::2");
        world.AddHost(b, NatKind.None, "2001:db8:2::2");
        world.AddRelay(a);
        world.Negotiate(a, b);
        world.Run(2000);
        AssertAgreed(a, b);
        Assert.True(a.Agent.Selected!.Remote.IsV6);
    }

    [Fact]
    public void NeighboursMeetOnTheirLan()
    {
        using var world = new IceWorld();
        var (a, b) = (world.Add("a", Offers), world.Add("b", Answers));
        world.AddHost(a, NatKind.Symmetric, "192.168.1.10");
        world.AddHost(b, NatKind.Symmetric, "192.168.1.11");
        world.Negotiate(a, b);
        world.Run(2000);
        AssertAgreed(a, b);
        Assert.Equal((CandidateKind.Host, CandidateKind.Host), (a.Agent.Selected!.LocalKind, a.Agent.Selected.RemoteKind));
    }

    [Fact]
    public void NominationWaitsForADirectPairWhileARelayWorks()
    {
        // The way between the hosts opens late: the relays' pairs are up first.
        using var world = new IceWorld();
        var (a, b) = Two(world, NatKind.None, NatKind.None);
        var opens = Instant.FromMilliseconds(180);
        world.Intercept = (node, from, to, _) => from != node.Relay && to.Low >> 8 != 0xCB0071 && world.Now < opens;
        world.Negotiate(a, b);
        world.Run(3000);
        AssertAgreed(a, b);
        Assert.True(a.Paths.First()!.IsRelayed);
    }

    [Fact]
    public void PeerReflexiveAddressesAreDiscovered()
    {
        using var world = new IceWorld();
        var (a, b) = (world.Add("a", Offers), world.Add("b", Answers));
        world.AddHost(a, NatKind.Symmetric);
        world.AddHost(b, NatKind.None);
        world.Negotiate(a, b);
        world.Run(2000);
        AssertAgreed(a, b);
        Assert.Equal(CandidateKind.PeerReflexive, b.Agent.Selected!.RemoteKind);
        Assert.Equal(CandidateKind.PeerReflexive, a.Agent.Selected!.LocalKind);
        Assert.Contains(b.Agent.RemoteCandidates, c => c.Kind == CandidateKind.PeerReflexive && c.Priority >> 24 == 110);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ARoleConflictIsSettled(bool bothControl)
    {
        for (int seed = 0; seed < 10; seed++)
        {
            using var world = new IceWorld(seed);
            var options = new IceOptions { IsControlling = bothControl };
            var (a, b) = Two(world, NatKind.PortRestricted, NatKind.PortRestricted, options, options);
            world.Negotiate(a, b);
            world.Run(3000);
            AssertAgreed(a, b);
            Assert.True(a.Has<IceEvent.RoleChanged>() ^ b.Has<IceEvent.RoleChanged>());
        }
    }

    /// <summary>Over a long way many checks claim the old role, some of them given up for others that claim the new one: late refusals of those must not turn the roles around again.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ARoleConflictOverALongWayIsSettledOnce(bool bothControl)
    {
        for (int seed = 0; seed < 30; seed++)
        {
            using var world = new IceWorld(seed) { Delay = TimeSpan.FromMilliseconds(118) };
            var options = new IceOptions { IsControlling = bothControl };
            var (a, b) = Two(world, NatKind.PortRestricted, NatKind.PortRestricted, options, options);
            foreach (var node in (IceNode[])[a, b])
            {
                world.AddHost(node, NatKind.PortRestricted);
                world.AddHost(node, NatKind.None);
            }

            world.Negotiate(a, b);
            world.Run(8000);
            AssertAgreed(a, b);
            Assert.Equal(1, a.Events.Concat(b.Events).Count(e => e.Happened is IceEvent.RoleChanged));
        }
    }

    [Fact]
    public void ALitePeerIsNominatedByUs()
    {
        using var world = new IceWorld();
        var (a, b) = Two(world, NatKind.Symmetric, NatKind.None, new IceOptions(), new IceOptions());
        // A lite agent answers and sends nothing of its own: its checks stay on the ground.
        world.Intercept = (node, _, _, bytes) => node == b && bytes[0] == 0 && bytes[1] == 1;
        a.Agent.SetRemote(world.Now, b.Agent.LocalDescription with { IsLite = true });
        b.Agent.SetRemote(world.Now, a.Agent.LocalDescription);
        world.Run(3000);
        Assert.True(a.Agent.IsControlling);
        Assert.Equal(IceState.Completed, a.Agent.State);
    }

    [Fact]
    public void CandidatesMayTrickleInLate()
    {
        using var world = new IceWorld();
        var (a, b) = (world.Add("a", Offers with { Trickles = true }), world.Add("b", Answers with { Trickles = true }));
        b.Agent.SetRemote(world.Now, a.Agent.LocalDescription);
        a.Agent.SetRemote(world.Now, b.Agent.LocalDescription);
        world.Run(1000);
        Assert.Equal(IceState.Checking, a.Agent.State);
        world.AddHost(a, NatKind.PortRestricted);
        foreach (var candidate in a.Agent.LocalDescription.Candidates)
            b.Agent.AddRemote(world.Now, candidate);
        world.Run(500);
        world.AddHost(b, NatKind.AddressRestricted);
        foreach (var candidate in b.Agent.LocalDescription.Candidates)
            a.Agent.AddRemote(world.Now, candidate);
        a.Agent.CompleteRemote(world.Now);
        b.Agent.CompleteRemote(world.Now);
        world.Run(2000);
        AssertAgreed(a, b);
    }

    [Fact]
    public void APathToAnAddressThatWasDiscoveredIsARelaysOnceSignallingSaysSo()
    {
        using var world = new IceWorld();
        var (a, b) = (world.Add("a", Offers with { Trickles = true }), world.Add("b", Answers with { Trickles = true }));
        world.AddHost(a, NatKind.None);
        b.Agent.SetRemote(world.Now, a.Agent.LocalDescription);
        a.Agent.SetRemote(world.Now, b.Agent.LocalDescription);
        world.AddRelay(b);
        world.Run(2000);
        Assert.Equal((CandidateKind.PeerReflexive, false), (a.Agent.Selected!.RemoteKind, a.Agent.Selected.IsRelayed));
        a.Agent.AddRemote(world.Now, b.Agent.LocalDescription.Candidates.Single());
        world.Run(10);
        Assert.True(a.Agent.Selected.IsRelayed);
        Assert.Equal(a.Agent.Selected, a.Paths.Last());
    }

    [Fact]
    public void ChecksBeforeTheAnswerAreAnsweredAndCountWhenItComes()
    {
        using var world = new IceWorld();
        var (a, b) = Two(world, NatKind.None, NatKind.None);
        world.Signal(a, b);
        world.Run(300);
        Assert.Equal(IceState.Connected, b.Agent.State);
        Assert.Equal(IceState.New, a.Agent.State);
        world.Signal(b, a);
        var answered = world.Now;
        world.Run(300);
        AssertAgreed(a, b);
        Assert.True(a.FirstAt(e => e is IceEvent.Selected) - answered <= 2.2 * world.Delay);
    }

    [Fact]
    public void NamesAreHandedOutAndTakenBack()
    {
        using var world = new IceWorld();
        var (a, b) = (world.Add("a", Offers), world.Add("b", Answers));
        var socket = world.AddHost(a, NatKind.None);
        world.AddHost(b, NatKind.None);
        var description = a.Agent.LocalDescription;
        var hidden = description.Candidates[0] with { HostName = "4d4e6b7c.local", Address = new(0, 0, 5004, false) };
        b.Agent.SetRemote(world.Now, description with { Candidates = [hidden] });
        a.Agent.SetRemote(world.Now, b.Agent.LocalDescription with { Candidates = [] });
        world.Run(500);
        var asked = b.Events.Select(e => e.Happened).OfType<IceEvent.ResolveNeeded>().Single();
        Assert.Equal("4d4e6b7c.local", asked.Name);
        b.Agent.HandleResolved(world.Now, asked.Query, socket.WithPort(0));
        b.Agent.HandleResolved(world.Now, asked.Query, socket.WithPort(0));
        world.Run(2000);
        AssertAgreed(a, b);
    }

    [Fact]
    public void NothingInCommonFailsAfterTheTimeThatAChecksNeeds()
    {
        using var world = new IceWorld();
        var (a, b) = (world.Add("a", Offers), world.Add("b", Answers));
        world.AddHost(a, NatKind.UdpBlocked);
        world.AddHost(b, NatKind.UdpBlocked);
        world.Negotiate(a, b);
        world.Run(38_000);
        Assert.Equal(IceState.Checking, a.Agent.State);
        world.Run(10_000);
        Assert.Equal((IceState.Failed, IceState.Failed), (a.Agent.State, b.Agent.State));
        Assert.Equal((Instant.Never, Instant.Never), (a.Agent.PollTimeout(), b.Agent.PollTimeout()));
    }

    [Fact]
    public void TcpIsTakenWhereUdpIsBlocked()
    {
        using var world = new IceWorld();
        var (a, b) = (world.Add("a", Offers), world.Add("b", Answers));
        var (active, passive) = (IceWorld.Address("10.1.1.2", 9), IceWorld.Address("198.51.100.2", 443));
        var opened = IceWorld.Address("198.51.100.1", 50123);
        a.Agent.AddLocal(world.Now, CandidateKind.Host, active, active, transport: CandidateTransport.TcpActive);
        b.Agent.AddLocal(world.Now, CandidateKind.Host, passive, passive, transport: CandidateTransport.TcpPassive);
        // The two ends of the connection, as the owner of the sockets carries its frames.
        world.Intercept = (node, from, to, bytes) =>
        {
            if (node == a) b.Agent.HandlePacket(world.Now, passive, opened, bytes);
            else a.Agent.HandlePacket(world.Now, active, passive, bytes);
            return true;
        };
        world.Negotiate(a, b);
        world.Run(2000);
        Assert.True(a.Agent.Selected is { IsTcp: true, IsNominated: true });
        Assert.Equal((active, passive), (a.Agent.Selected!.Base, a.Agent.Selected.Remote));
        a.Agent.HandleTransportFailure(world.Now, active, passive);
        Assert.Equal(IceState.Disconnected, a.Agent.State);
    }

    [Fact]
    public void ChecksArePacedAndRunsRepeatThemselves()
    {
        List<double> Run()
        {
            using var world = new IceWorld(7);
            var (a, b) = Two(world, NatKind.UdpBlocked, NatKind.PortRestricted);
            var times = new List<double>();
            world.Intercept = (node, _, _, bytes) =>
            {
                if (node == b && bytes[1] == 1 && bytes[0] == 0)
                    times.Add(world.Now.TotalMilliseconds);
                return false;
            };
            world.Negotiate(a, b);
            world.Run(60); // before the peer is heard, at which the open checks are repeated out of turn
            return times;
        }

        var sent = Run();
        Assert.Equal(sent, Run());
        Assert.All(sent.Zip(sent.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 4.9));
        Assert.InRange(sent.Count, 2, 8);
    }
}
