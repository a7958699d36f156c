// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Media.Tests.Transport.Streams;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Tests.Shared;

namespace Earshot.Media.Tests.Transport.Ice;

/// <summary>ICE over TCP, our active candidate to a passive one.</summary>
public sealed class TcpActiveBaseTests
{
    [Fact]
    public void APassivePeerIsReachedAndHeard()
    {
        using var listener = new PassiveBase();
        var active = new TcpActiveBase(IPAddress.Loopback, () => { });
        using var ours = new IceEnd(isControlling: true, new TestRandom(1));
        using var theirs = new IceEnd(isControlling: false, new TestRandom(2));
        var now = MonotonicClock.Now;
        ours.AddActive(now, active);
        theirs.Add(listener);
        theirs.Agent.AddLocal(now, CandidateKind.Host, listener.Origin, listener.Origin, transport: CandidateTransport.TcpPassive);
        ours.Agent.CompleteLocal(now);
        theirs.Agent.CompleteLocal(now);
        ours.Agent.SetRemote(now, theirs.Agent.LocalDescription);
        theirs.Agent.SetRemote(now, ours.Agent.LocalDescription);

        // Their agent answers alone: ours has no passive candidates, and so checks none.
        Until(() => ours.Agent.Selected is { IsNominated: true });
        Assert.True(ours.Agent.Selected!.IsTcp);
        Assert.Equal(1, active.Connections);
        Assert.True(ours.SendMedia(MonotonicClock.Now, [0x80, 1, 2]));
        Assert.True(listener.Send([0x80, 3], listener.Remote));
        Until(() => ours.Heard.Count > 0 && theirs.Heard.Count > 0);
        Assert.Equal([0x80, 1, 2], theirs.Heard[0]);
        Assert.Equal([0x80, 3], ours.Heard[0]);
        active.Close();

        void Until(Func<bool> condition)
        {
            for (int i = 0; i < 4000 && !condition(); i++)
            {
                ours.Turn(MonotonicClock.Now);
                theirs.Turn(MonotonicClock.Now);
                Thread.Sleep(5);
            }

            Assert.True(condition(), $"{ours.Agent.State} {theirs.Agent.State}, {active.Connections} opened, {listener.Connections} came");
        }
    }

    [Fact]
    public void AConnectionThatBreaksIsToldAndNotOpenedAgain()
    {
        using var server = new StreamServer((stream, _) => stream.Dispose());
        var active = new TcpActiveBase(IPAddress.Loopback, () => { });
        var remote = TransportAddress.From(server.EndPoint);
        active.Prepare(MonotonicClock.Now, remote);
        Assert.True(active.Send([1], PeerAddress.From(remote)));
        TransportAddress gone = default;
        for (int i = 0; i < 4000 && !active.TryTakeFailure(out gone); i++)
        {
            active.TryReceive(MonotonicClock.Now, out _, out _, out _);
            Thread.Sleep(5);
        }

        Assert.Equal(remote, gone);
        Assert.False(active.TryTakeFailure(out _));
        Assert.Equal(0, active.Connections);
    }

    [Fact]
    public void APeerThatNamesManyAddressesGetsFewConnections()
    {
        var active = new TcpActiveBase(IPAddress.Loopback, () => { });
        for (ushort port = 1; port <= 64; port++)
            active.Prepare(MonotonicClock.Now, TransportAddress.From(IPAddress.Loopback, port));
        Assert.Equal(8, active.Connections);
        active.Close();
        active.Prepare(MonotonicClock.Now, TransportAddress.From(IPAddress.Loopback, 1));
        Assert.Equal(0, active.Connections);
    }
}
