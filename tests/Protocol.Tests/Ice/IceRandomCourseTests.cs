// SPDX-License-Identifier: MIT
using Earshot.Protocol.Ice;

namespace Earshot.Protocol.Tests.Ice;

/// <summary>Sessions to which everything happens, in a seeded order: in the end, after a restart over a network that works, they stand.</summary>
public sealed class IceRandomCourseTests
{
    // Ten seconds of processor time buy 120 of them: eng/fuzz gives other seeds.
    private const int Courses = 12;
    private static readonly NatKind[] Kinds = Enum.GetValues<NatKind>();

    [Fact]
    public void WhateverHappensARestartConnects()
    {
        int first = FuzzSeed.Or(0);
        for (int seed = first; seed < first + Courses; seed++)
            Course(seed);
    }

    private static void Course(int seed)
    {
        var dice = new Random(seed);
        using var world = new IceWorld(seed) { Loss = dice.Next(3) * 0.1, Delay = TimeSpan.FromMilliseconds(dice.Next(1, 120)) };
        bool trickles = dice.Next(2) == 0;
        var a = world.Add("a", new() { IsControlling = dice.Next(4) != 0, OffersRenomination = dice.Next(2) == 0, Trickles = trickles });
        var b = world.Add("b", new() { IsControlling = dice.Next(4) == 0, OffersRenomination = dice.Next(2) == 0, Trickles = trickles });
        foreach (var node in (IceNode[])[a, b])
        {
            for (int n = dice.Next(3); n >= 0; n--)
                world.AddHost(node, Kinds[dice.Next(Kinds.Length)], hostCandidate: dice.Next(4) != 0);
            world.AddRelay(node);
        }

        world.Negotiate(a, b);
        for (int step = dice.Next(12); step > 0; step--)
            Happen(world, dice, dice.Next(2) == 0 ? (a, b) : (b, a));
        world.Loss = 0;
        world.Intercept = null;
        foreach (var node in world.Nodes)
        {
            foreach (var dead in node.DeadBases)
                node.Agent.RemoveLocal(world.Now, dead);
        }

        Restart(world, a, b);
        bool stands = world.RunUntil(() => IsDone(a) && IsDone(b), 30_000);
        Assert.True(stands, $"seed {seed}: {a.Agent.State} {a.Agent.Selected} / {b.Agent.State} {b.Agent.Selected}");
        Assert.True(a.Agent.IsControlling ^ b.Agent.IsControlling, $"seed {seed}");
        world.Run(90_000);
        Assert.True(IsDone(a) && IsDone(b), $"seed {seed}: {string.Join("\n", world.Nodes.Select(n => n.Name + " " + n.Agent.IsControlling + "\n" + string.Join("\n", n.Events.TakeLast(8).Select(e => e.At.TotalMilliseconds + " " + e.Happened))))}");
    }

    private static bool IsDone(IceNode node) => node.Agent.State == IceState.Completed && node.Agent.Selected is { IsNominated: true } path && path.Generation == node.Restarts;

    private static void Restart(IceWorld world, IceNode a, IceNode b)
    {
        Begin(world, a);
        Begin(world, b);
        world.Negotiate(a, b);
    }

    private static void Begin(IceWorld world, IceNode node)
    {
        node.Agent.Restart(world.Now);
        node.Restarts++;
    }

    private static void Happen(IceWorld world, Random dice, (IceNode One, IceNode Other) nodes)
    {
        var (one, other) = nodes;
        switch (dice.Next(8))
        {
            case 0:
                world.Run(dice.Next(40_000));
                break;
            case 1:
                one.Agent.Probe(world.Now);
                break;
            case 2 when one.Agent.Selected is { } path && path.Base != one.Relay:
                one.DeadBases.Add(path.Base);
                if (dice.Next(2) == 0)
                    one.Agent.RemoveLocal(world.Now, path.Base);
                break;
            case 3:
                Restart(world, one, other);
                break;
            case 4:
                world.AddHost(one, Kinds[dice.Next(Kinds.Length)]);
                foreach (var candidate in one.Agent.LocalDescription.Candidates)
                    other.Agent.AddRemote(world.Now, candidate);
                break;
            case 5:
                world.Loss = dice.Next(4) * 0.1;
                break;
            case 6:
                Begin(world, one);
                break;
            default:
                bool keepsRequests = dice.Next(2) == 0;
                world.Intercept = (node, _, _, bytes) => node == one && bytes[0] == 0 == keepsRequests;
                world.Run(dice.Next(3000));
                world.Intercept = null;
                break;
        }

        world.Run(dice.Next(500));
    }
}
