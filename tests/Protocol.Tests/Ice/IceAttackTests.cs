// SPDX-License-Identifier: MIT
using Earshot.Protocol.Ice;
using Earshot.Protocol.Stun;
using Earshot.Protocol.Tests.Sip;

namespace Earshot.Protocol.Tests.Ice;

/// <summary>Strangers, forgeries, repetitions, floods: nothing comes of them, and nothing is kept.</summary>
public sealed class IceAttackTests
{
    private static readonly TransportAddress Stranger = IceWorld.Address("203.0.113.66", 666);
    private readonly byte[] _buffer = new byte[1500];

    private byte[] Check(string username, string password, bool nominates = false, bool hasUnknown = false, bool controlling = true)
    {
        using var key = StunKey.ShortTerm(password);
        var writer = new StunWriter(_buffer, StunMethod.Binding, StunClass.Request, new(1, 2));
        writer.AddText(StunAttribute.Username, username);
        writer.AddUInt32(StunAttribute.Priority, 1);
        writer.AddUInt64(controlling ? StunAttribute.IceControlling : StunAttribute.IceControlled, 5);
        if (nominates)
            writer.AddFlag(StunAttribute.UseCandidate);
        if (hasUnknown)
            writer.AddFlag((StunAttribute)0x7abc);
        writer.AddSha1(key);
        writer.AddFingerprint();
        Assert.True(writer.TryFinish(out int length));
        return _buffer[..length];
    }

    [Fact]
    public void StrangersChecksAreNotAnsweredAndLeaveNoTrace()
    {
        using var world = new IceWorld();
        var (a, b) = IceConnectivityTests.Two(world, NatKind.None, NatKind.None);
        world.Negotiate(a, b);
        world.Run(1000);
        var (mine, theirs) = (a.Agent.LocalDescription.Credentials, b.Agent.LocalDescription.Credentials);
        int pairs = b.Agent.Pairs.Count, remote = b.Agent.RemoteCandidates.Count;
        byte[][] forgeries =
        [
            Check("xxxx:yyyy", theirs.Password),
            Check($"{theirs.Ufrag}:{mine.Ufrag}", "a wrong password, though long", nominates: true),
            Check($"{theirs.Ufrag}:zzzz", theirs.Password, nominates: true),
            Check(theirs.Ufrag, theirs.Password),
            Check($"{mine.Ufrag}:{theirs.Ufrag}", mine.Password),
        ];
        foreach (var forgery in forgeries)
        {
            Assert.True(b.Agent.HandlePacket(world.Now, b.Hosts[0], Stranger, forgery));
            Assert.False(b.Agent.PollTransmit(_buffer, out _, out _, out _));
        }

        Assert.Equal((pairs, remote), (b.Agent.Pairs.Count, b.Agent.RemoteCandidates.Count));
        Assert.False(b.Agent.HandlePacket(world.Now, b.Hosts[0], Stranger, [0x80, 0, 0, 0]));
    }

    [Fact]
    public void AStrangersCheckCostsNoAllocation()
    {
        using var agent = new IceAgent(new(), new SeededRandom(1));
        var socket = IceWorld.Address("10.0.0.1", 5004);
        agent.AddLocal(Instant.Zero, CandidateKind.Host, socket, socket);
        var forged = Check("xxxx:yyyy", "whatever it may be");
        var wrong = Check(agent.LocalDescription.Credentials.Ufrag + ":yyyy", "whatever it may be");
        SteadyState.AllocatesNothing(1000, () =>
        {
            agent.HandlePacket(Instant.Zero, socket, Stranger, forged);
            agent.HandlePacket(Instant.Zero, socket, Stranger, wrong);
        });
    }

    [Fact]
    public void ForgedAndReplayedAnswersChangeNothing()
    {
        using var world = new IceWorld();
        var (a, b) = IceConnectivityTests.Two(world, NatKind.None, NatKind.None);
        var answers = new List<byte[]>();
        world.Intercept = (node, from, to, bytes) =>
        {
            if (node != b || bytes[0] != 1)
                return false;
            answers.Add(bytes);
            var forged = bytes.ToArray();
            forged[^40] ^= 1;
            a.Agent.HandlePacket(world.Now, to, from, forged);
            return true;
        };
        world.Negotiate(a, b);
        world.Run(1000);
        Assert.Null(a.Agent.Selected);
        world.Intercept = null;
        world.Run(3000);
        IceConnectivityTests.AssertAgreed(a, b);
        a.Events.Clear();
        foreach (var answer in answers)
            a.Agent.HandlePacket(world.Now, a.Hosts[0], b.Hosts[0], answer);
        world.Run(100);
        Assert.Empty(a.Events);
    }

    [Fact]
    public void AnAnswerThatIsReplayedKeepsNoConsentAlive()
    {
        using var world = new IceWorld();
        var (a, b) = IceConnectivityTests.Two(world, NatKind.None, NatKind.None);
        var answers = new Dictionary<(TransportAddress From, TransportAddress To), byte[]>();
        world.Intercept = (node, from, to, bytes) =>
        {
            if (node == b && bytes[0] == 1)
                answers[(from, to)] = bytes;
            return false;
        };
        world.Negotiate(a, b);
        world.Run(20_000);
        IceConnectivityTests.AssertAgreed(a, b);
        Assert.NotEmpty(answers);
        world.Intercept = (_, _, _, _) => true; // the peer is gone; who overheard its answers is not
        for (int i = 0; i < 320; i++)
        {
            foreach (var (way, answer) in answers)
                a.Agent.HandlePacket(world.Now, way.To, way.From, answer);
            world.Run(100);
        }

        Assert.Null(a.Agent.Selected);
        Assert.Equal(IceState.Failed, a.Agent.State);
    }

    [Fact]
    public void AReplayedCheckFromElsewhereMovesNothing()
    {
        using var world = new IceWorld();
        var (a, b) = IceConnectivityTests.Two(world, NatKind.None, NatKind.None);
        byte[]? seen = null;
        world.Intercept = (node, _, _, bytes) =>
        {
            if (node == a && StunMessage.TryParse(bytes, out var message) && message.Has(StunAttribute.UseCandidate))
                seen = bytes;
            return false;
        };
        world.Negotiate(a, b);
        world.Run(1000);
        var path = b.Agent.Selected;
        var (candidates, pairs) = (b.Agent.RemoteCandidates.Count, b.Agent.Pairs.Count);
        for (int i = 0; i < 50; i++)
            b.Agent.HandlePacket(world.Now, b.Hosts[0], Stranger.WithPort((ushort)(1000 + i)), seen!);
        world.Run(60_000);
        Assert.Same(path, b.Agent.Selected);
        Assert.InRange(b.Agent.RemoteCandidates.Count, candidates, candidates + Discoveries.MostSources);
        Assert.InRange(b.Agent.Pairs.Count, pairs, pairs + Discoveries.MostSources);
    }

    /// <summary>Who copies each check as it passes, and has many addresses to send it from, before or after the peer's own comes: what the peer signals is still taken.</summary>
    [Fact]
    public void CopiesOfAllChecksTakeNoRoomFromWhatThePeerNames()
    {
        using var world = new IceWorld();
        var (a, b) = IceConnectivityTests.Two(world, NatKind.None, NatKind.None);
        int copies = 0;
        world.Intercept = (node, _, _, bytes) =>
        {
            // The copy overtakes what it copies.
            if (node == a && StunMessage.TryParse(bytes, out var message) && message.Class == StunClass.Request)
                b.Agent.HandlePacket(world.Now, b.Hosts[0], Stranger.WithPort((ushort)(1000 + copies++)), bytes);
            return false;
        };
        world.Negotiate(a, b);
        world.Run(300_000);
        Assert.True(copies > 50, $"{copies}");
        Assert.InRange(b.Agent.RemoteCandidates.Count, 10, 20); // half of the room at most
        Assert.Equal(a.Hosts[0], b.Agent.Selected!.Remote);
        for (int i = 1; i <= 8; i++)
            b.Agent.AddRemote(world.Now, new() { Foundation = $"{i}", Priority = (uint)i, Address = IceWorld.Address($"198.51.100.{i}", 5) });
        Assert.Contains(b.Agent.RemoteCandidates, candidate => candidate.Address == IceWorld.Address("198.51.100.8", 5));
    }

    [Fact]
    public void WrongCredentialsNeverConnect()
    {
        using var world = new IceWorld();
        var (a, b) = IceConnectivityTests.Two(world, NatKind.None, NatKind.None);
        var description = a.Agent.LocalDescription;
        b.Agent.SetRemote(world.Now, description with { Credentials = description.Credentials with { Password = "0123456789012345678901" } });
        a.Agent.SetRemote(world.Now, b.Agent.LocalDescription with { Credentials = new("abcd", "0123456789012345678901") });
        world.Run(60_000);
        Assert.Equal((IceState.Failed, IceState.Failed), (a.Agent.State, b.Agent.State));
    }

    [Fact]
    public void AnUnknownRequiredAttributeIsAnsweredWith420()
    {
        using var agent = new IceAgent(new(), new SeededRandom(1));
        var socket = IceWorld.Address("10.0.0.1", 5004);
        agent.AddLocal(Instant.Zero, CandidateKind.Host, socket, socket);
        var (ufrag, password) = agent.LocalDescription.Credentials;
        agent.HandlePacket(Instant.Zero, socket, Stranger, Check(ufrag + ":abcd", password, hasUnknown: true));
        Assert.True(agent.PollTransmit(_buffer, out int length, out var from, out var to));
        Assert.Equal((socket, Stranger), (from, to));
        using var key = StunKey.ShortTerm(password);
        Assert.True(StunMessage.TryParse(_buffer.AsSpan(0, length), out var answer) & answer.TryGetError(out int code, out _));
        Assert.True(code == 420 && answer.IsSha1Valid(key) && answer.TryGet(StunAttribute.UnknownAttributes, out _));
    }

    [Fact]
    public void EarlyChecksAreBounded()
    {
        using var agent = new IceAgent(new(), new SeededRandom(1));
        var socket = IceWorld.Address("10.0.0.1", 5004);
        agent.AddLocal(Instant.Zero, CandidateKind.Host, socket, socket);
        var (ufrag, password) = agent.LocalDescription.Credentials;
        var check = Check(ufrag + ":abcd", password);
        for (int i = 1; i < 200; i++)
            agent.HandlePacket(Instant.Zero, socket, Stranger.WithPort((ushort)i), check);
        agent.SetRemote(Instant.Zero, new() { Credentials = new("abcd", "0123456789012345678901") });
        Assert.Equal(8, agent.Pairs.Count);
    }

    [Fact]
    public void CandidatesPairsAndNamesAreBounded()
    {
        using var agent = new IceAgent(new(), new SeededRandom(1));
        for (int i = 1; i <= 40; i++)
        {
            var socket = IceWorld.Address($"10.0.{i}.1", 5004);
            agent.AddLocal(Instant.Zero, CandidateKind.Host, socket, socket);
        }

        Assert.Equal(LocalCandidates.Maximum, agent.LocalDescription.Candidates.Count);
        var remote = Enumerable.Range(1, 64).Select(i => new IceCandidate { Foundation = $"{i}", Priority = (uint)i, Address = IceWorld.Address($"198.51.100.{i}", 5) });
        var names = Enumerable.Range(1, 64).Select(i => new IceCandidate { Foundation = "1", HostName = $"x{i}.local", Address = new(0, 0, 5, false) });
        agent.SetRemote(Instant.Zero, new() { Credentials = new("abcd", "0123456789012345678901"), Candidates = [.. remote, .. names] });
        Assert.Equal(32, agent.RemoteCandidates.Count);
        Assert.Equal(CheckList.Maximum, agent.Pairs.Count);
        int asked = 0;
        while (agent.PollEvent(out var happened))
            asked += happened is IceEvent.ResolveNeeded ? 1 : 0;
        Assert.Equal(NameQueries.Maximum, asked);
    }

    [Fact]
    public void SteadyStateDoesNotAllocate()
    {
        using var world = new IceWorld();
        var (a, b) = IceConnectivityTests.Two(world, NatKind.None, NatKind.None);
        world.Negotiate(a, b);
        world.Run(60_000);
        var (first, second) = (a.Agent, b.Agent);
        var (at, bt) = (a.Hosts[0], b.Hosts[0]);
        var now = world.Now;
        int turns = 0, answered = 0;
        SteadyState.AllocatesNothing(2000, () =>
        {
            turns++;
            now = Instant.Max(now, Instant.Min(first.PollTimeout(), second.PollTimeout())); // what is due already says when it was
            first.HandleTimeout(now);
            second.HandleTimeout(now);
            for (int turn = 0; turn < 2; turn++)
            {
                while (first.PollTransmit(_buffer, out int length, out var from, out var to))
                    answered += second.HandlePacket(now, to, from, _buffer.AsSpan(0, length)) ? 1 : 0;
                while (second.PollTransmit(_buffer, out int length, out var from, out var to))
                    answered += first.HandlePacket(now, to, from, _buffer.AsSpan(0, length)) ? 1 : 0;
            }
        });

        Assert.True(answered > turns && first.State == IceState.Completed && first.IsValidated(at, bt), $"{answered} of {turns}, {first.State}, {first.IsValidated(at, bt)}");
    }

    [Fact]
    public void ARepeatedNominationIsAnsweredWithoutAllocation()
    {
        using var world = new IceWorld();
        var (a, b) = IceConnectivityTests.Two(world, NatKind.None, NatKind.None);
        byte[]? seen = null;
        world.Intercept = (node, _, _, bytes) =>
        {
            if (node == a && StunMessage.TryParse(bytes, out var message) && message.Has(StunAttribute.UseCandidate))
                seen = bytes;
            return false;
        };
        world.Negotiate(a, b);
        world.Run(3000);
        SteadyState.AllocatesNothing(1000, () =>
        {
            b.Agent.HandlePacket(world.Now, b.Hosts[0], a.Hosts[0], seen!);
            Assert.True(b.Agent.PollTransmit(_buffer, out _, out _, out _));
        });
    }

    [Fact]
    public void MutatedChecksNeverBreakAnAgent()
    {
        var random = new Random(FuzzSeed.Or(8445));
        for (int seed = 0; seed < 6; seed++)
        {
            using var world = new IceWorld(seed);
            var (a, b) = IceConnectivityTests.Two(world, NatKind.PortRestricted, NatKind.None);
            bool isCopy = false;
            world.Intercept = (node, from, to, bytes) =>
            {
                for (int n = 0; n < 20 && !isCopy; n++)
                {
                    var mutated = bytes.ToArray();
                    for (int k = random.Next(1, 5); k > 0; k--)
                        mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
                    isCopy = true;
                    world.Send(node, from, to, mutated);
                    isCopy = false;
                }

                return false;
            };
            world.Negotiate(a, b);
            world.Run(5000);
            IceConnectivityTests.AssertAgreed(a, b);
        }
    }
}
