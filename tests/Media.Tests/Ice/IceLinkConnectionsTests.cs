// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Media.Tests.Transport.Ice;
using Earshot.Media.Tests.Transport.Streams;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Media.Transport.Streams;
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Stun;
using Earshot.Protocol.Tests.Turn;
using Earshot.Tests.Shared;

namespace Earshot.Media.Tests.Ice;

/// <summary>A link whose packets go over real connections; the test's own thread is the worker, and looks only when it is told.</summary>
public sealed class IceLinkConnectionsTests : IDatagramSender, IEventSink, IDisposable
{
    private readonly IceLink _link;
    private readonly List<byte[]> _heard = [];
    private int _told;

    public IceLinkConnectionsTests()
    {
        _link = new IceLink(new() { IsControlling = true }, new TestRandom(1), this) { Tell = Tell };
        _link.AddSocket(Instant.Zero, TransportAddress.From(IPAddress.Loopback, 5004), this);
        _link.Received = (Instant _, Instant _, IceSource source, in PeerAddress _, Span<byte> packet) => _heard.Add([(byte)source, .. packet]);
    }

    public void Dispose() => _link.Dispose();

    [Fact]
    public void ARelayIsHeardWhoseConnectionStoodBeforeItWasAskedFor()
    {
        using var turn = new TurnServerDouble();
        using var server = new StreamServer((stream, _) => Serve(turn, stream));
        Assert.True(StunServerUri.TryParse($"turn:{TurnServerDouble.User}:{TurnServerDouble.Password}@{server.EndPoint}?transport=tcp", out var uri, out _));
        var port = new StreamPort(StreamTarget.Of(uri, [server.EndPoint]), Tell);
        port.Start();
        Until(() => port.State == StreamState.Open && Volatile.Read(ref _told) == 0);

        var address = TransportAddress.From(server.EndPoint);
        _link.Gather(MonotonicClock.Now, [new(uri, address, port)], TimeSpan.FromMinutes(1));
        Until(() => _link.IsGathered);
        Assert.Contains(_link.Description.Candidates, c => c.Kind == CandidateKind.Relayed && c.Address == turn.Relayed);
        // What the server sees of a connection is no address for datagrams.
        Assert.DoesNotContain(_link.Description.Candidates, c => c.Kind == CandidateKind.ServerReflexive);

        port.Close();
        Until(() => _link.Description.Candidates.All(c => c.Kind != CandidateKind.Relayed));
    }

    [Fact]
    public void WhyARelayIsNotThereIsToldWithoutItsPassword()
    {
        List<string> told = [];
        _link.RelayEnded = (_, why) => told.Add(why);
        using var turn = new TurnServerDouble();
        using var server = new StreamServer((stream, _) => Serve(turn, stream));
        Assert.True(StunServerUri.TryParse($"turn:{TurnServerDouble.User}:guess@{server.EndPoint}?transport=tcp", out var uri, out _));
        var nobody = TransportAddress.From(IPAddress.Loopback, 9);
        var (port, deaf) = (new StreamPort(StreamTarget.Of(uri, [server.EndPoint]), Tell), new StreamPort(StreamTarget.Of(uri, [nobody.ToEndPoint()]), Tell));
        port.Start();
        deaf.Start();
        _link.Gather(MonotonicClock.Now, [new(uri, TransportAddress.From(server.EndPoint), port), new(uri, nobody, deaf)], TimeSpan.FromMinutes(1));
        Until(() => _link.IsGathered);
        Assert.Equal(2, told.Count);
        Assert.Contains(told, t => t.EndsWith("name or password are wrong", StringComparison.Ordinal));
        Assert.Contains(told, t => t.Contains("no connection to 127.0.0.1:9", StringComparison.Ordinal));
        Assert.All(told, t => Assert.DoesNotContain("guess", t, StringComparison.Ordinal));
    }

    [Fact]
    public void APeerWithPassiveCandidatesAloneIsReachedByTcp()
    {
        using var listener = new PassiveBase();
        using var peer = new IceEnd(isControlling: false, new TestRandom(2));
        peer.Add(listener);
        peer.Agent.AddLocal(MonotonicClock.Now, CandidateKind.Host, listener.Origin, listener.Origin, transport: CandidateTransport.TcpPassive);
        peer.Agent.CompleteLocal(MonotonicClock.Now);
        peer.Agent.SetRemote(MonotonicClock.Now, _link.Description);
        Assert.DoesNotContain(_link.Description.Candidates, c => c.Transport != CandidateTransport.Udp);

        _link.Apply(MonotonicClock.Now, new(_link.Description.Credentials, peer.Agent.LocalDescription));
        Until(() => _link.Path is { IsNominated: true }, peer);
        Assert.True(_link.Path!.IsTcp);
        Assert.True(_link.Send([0x80, 1, 2], default));
        Assert.True(listener.Send([0x80, 3], listener.Remote));
        Until(() => _heard.Count > 0 && peer.Heard.Count > 0, peer);
        Assert.Equal([0x80, 1, 2], peer.Heard[0]);
        Assert.Equal([(byte)IceSource.Peer, 0x80, 3], _heard[0]);
        _link.Close(MonotonicClock.Now);
    }

    bool IDatagramSender.Send(ReadOnlySpan<byte> datagram, in PeerAddress to) => true;

    void IEventSink.Push(in MediaEvent happened)
    {
    }

    private void Tell() => Volatile.Write(ref _told, 1);

    private void Until(Func<bool> holds, IceEnd? peer = null)
    {
        for (int i = 0; i < 20_000 && !holds(); i++)
        {
            var now = MonotonicClock.Now;
            if (Interlocked.Exchange(ref _told, 0) != 0)
                _link.HandleConnections(now);
            if (_link.PollTimeout() <= now)
                _link.HandleTimeout(now);
            peer?.Turn(now);
            Thread.Sleep(2);
        }

        Assert.True(holds(), $"never: path {_link.Path}, candidates {string.Join(", ", _link.Description.Candidates)}, the peer's {peer?.Agent.State}");
    }

    private static void Serve(TurnServerDouble turn, Stream stream)
    {
        var framer = new StunStreamFramer();
        for (byte[] buffer = new byte[2048]; ;)
        {
            int count = stream.Read(buffer);
            if (count == 0)
                return;
            for (int taken = 0; taken < count;)
            {
                taken += framer.Append(buffer.AsSpan(taken, count - taken));
                while (framer.TryTake(out var frame))
                {
                    if (turn.Handle(frame.ToArray()) is { } answer)
                        stream.Write(answer);
                }
            }
        }
    }
}
