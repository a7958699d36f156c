// SPDX-License-Identifier: MIT
using Earshot.Media.Tests.Transport.Streams;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Media.Transport.Streams;
using Earshot.Protocol;
using Earshot.Protocol.Stun;
using Earshot.Protocol.Tests.Turn;
using Earshot.Protocol.Turn;

namespace Earshot.Media.Tests.Transport.Ice;

/// <summary>A relay as a base: permissions by themselves, packets in and out.</summary>
public sealed class TurnRelayTests : IDatagramSender, IDisposable
{
    private static readonly TransportAddress Peer = new(0, 0xC0000201, 4000, false);
    private static readonly PeerAddress Server = new(0, 0xC6336401, 3478, false, 0);
    private static readonly TurnOptions Account = new() { Username = TurnServerDouble.User, Password = TurnServerDouble.Password };

    private readonly TurnServerDouble _server = new();
    private readonly Queue<byte[]> _answers = [];
    private Instant _now = Instant.FromMilliseconds(1000);
    private bool _isOnlyCounting;

    public void Dispose() => _server.Dispose();

    [Fact]
    public void APacketToANewPeerFollowsTheRequestForItsPermission()
    {
        using var relay = Allocated();
        Assert.Equal(_server.Relayed, relay.Origin);
        relay.Prepare(_now, Peer);
        Assert.True(relay.Send([0x80, 1], PeerAddress.From(Peer)));
        Assert.Contains(Peer, _server.Permitted);
        Assert.Equal([0x80, 1], _server.Relays.Single().Data);
        Answer(relay);
        Assert.True(relay.PollEvent(out var happened));
        Assert.Equal(new TurnEvent.Permitted(Peer), happened);

        relay.Choose(_now, Peer);
        Answer(relay);
        Assert.True(relay.Send([0x80, 2], PeerAddress.From(Peer)));
        Assert.Equal((Peer, 2), (_server.Relays[^1].Peer, _server.Relays[^1].Data[1]));
    }

    [Fact]
    public void APeersPacketIsFoundInTheServers()
    {
        using var relay = Allocated();
        relay.Prepare(_now, Peer);
        Answer(relay);
        var packet = TurnServerDouble.Indication(Peer, [0x80, 5]);
        Assert.Equal(TurnReceived.Data, relay.HandlePacket(_now, packet, out var from, out var payload));
        Assert.Equal(Peer, from);
        Assert.Equal([0x80, 5], packet[payload]);
        Assert.Equal(TurnReceived.Ignored, relay.HandlePacket(_now, TurnServerDouble.Indication(new(0, 1, 1, false), [1]), out _, out _));
    }

    [Fact]
    public void NothingIsSentBeforeThereIsARelayAndNothingTooLong()
    {
        using var unborn = TurnRelay.OverUdp(Account, new TestRandom(1), this, Server);
        unborn.Prepare(_now, Peer);
        Assert.False(unborn.Send([1], PeerAddress.From(Peer)));
        using var relay = Allocated();
        relay.Prepare(_now, Peer);
        Assert.False(relay.Send(new byte[2049], PeerAddress.From(Peer)));
        relay.Prepare(_now, new(1, 1, 1, true));
        Assert.False(relay.Send([1], new(1, 1, 1, true, 0)));
    }

    [Fact]
    public void CarryingPacketsDoesNotAllocate()
    {
        using var relay = Allocated();
        relay.Choose(_now, Peer);
        Answer(relay);
        _isOnlyCounting = true;
        byte[] packet = new byte[172], indication = TurnServerDouble.Indication(Peer, packet);
        SteadyState.AllocatesNothing(1000, () =>
        {
            relay.Prepare(_now, Peer);
            Assert.True(relay.Send(packet, PeerAddress.From(Peer)));
            relay.HandlePacket(_now, indication, out _, out _);
            relay.TryReceive(_now, out _, out _, out _);
            relay.PollTimeout();
        });
    }

    /// <summary>The server gives everything back over the channel; what a busy machine brings late is taken a turn or two later.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CarryingPacketsOverAConnectionDoesNotAllocate(bool isTls)
    {
        byte[] packet = new byte[172];
        packet[0] = 0x80;
        int came = 0;
        using var certificate = new ServerCertificate("localhost");
        using var server = new StreamServer((stream, _) => Serve(stream), isTls ? certificate.Leaf : null);
        var target = new StreamTarget { Addresses = [server.EndPoint], Framing = StreamFraming.Stun, TlsName = isTls ? "localhost" : null, Roots = [certificate.Root] };
        var told = new AutoResetEvent(false); // left to the collector: the connection's threads may set it a moment longer
        using var stream = new StreamPort(target, () => told.Set());
        stream.Start();
        using var relay = TurnRelay.OverStream(Account, new TestRandom(1), stream, PeerAddress.From(server.EndPoint));
        relay.Allocate(MonotonicClock.Now);
        Until(Happened<TurnEvent.Allocated>);
        relay.Choose(MonotonicClock.Now, Peer);
        Until(Happened<TurnEvent.ChannelBound>);

        SteadyState.AllocatesNothing(300, () =>
        {
            var now = MonotonicClock.Now;
            relay.Prepare(now, Peer);
            relay.Send(packet, PeerAddress.From(Peer));
            int before = came;
            for (int i = 0; i < 1000 && came == before; i++)
            {
                Thread.Sleep(0);
                Take();
            }

            relay.PollTimeout();
        });
        Until(() => came > 100);
        Assert.Null(server.Failure);

        void Take()
        {
            while (relay.TryReceive(MonotonicClock.Now, out var back, out _, out _))
                came += back.Length == packet.Length ? 1 : 0;
        }

        bool Happened<T>()
        {
            while (relay.PollEvent(out var happened))
            {
                if (happened is T)
                    return true;
            }

            return false;
        }

        void Until(Func<bool> isSo)
        {
            Take();
            while (!isSo())
            {
                Assert.True(told.WaitOne(TimeSpan.FromMinutes(1)), $"{stream.State} {stream.End} {server.Failure}");
                Take();
            }
        }
    }

    [Fact]
    public void AConnectionThatIsGoneIsTheEndOfItsRelay()
    {
        using var server = new StreamServer((stream, _) => stream.Dispose());
        using var stream = new StreamPort(new() { Addresses = [server.EndPoint], Framing = StreamFraming.Stun }, () => { });
        stream.Start();
        using var relay = TurnRelay.OverStream(Account, new TestRandom(1), stream, PeerAddress.From(server.EndPoint));
        relay.Allocate(MonotonicClock.Now);
        TurnEvent? happened = null;
        for (int i = 0; i < 4000 && !relay.PollEvent(out happened); i++)
        {
            relay.TryReceive(MonotonicClock.Now, out _, out _, out _);
            Thread.Sleep(5);
        }

        Assert.Equal(new TurnEvent.Ended(TurnEnd.Disconnected, 0, default), happened);
    }

    bool IDatagramSender.Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        if (_isOnlyCounting)
            return true;
        Assert.Equal(Server, to);
        if (_server.Handle(datagram.ToArray()) is { } answer)
            _answers.Enqueue(answer);
        return true;
    }

    private TurnRelay Allocated()
    {
        var relay = TurnRelay.OverUdp(Account, new TestRandom(1), this, Server);
        relay.Allocate(_now);
        Answer(relay);
        Assert.True(relay.PollEvent(out var happened));
        Assert.IsType<TurnEvent.Allocated>(happened);
        return relay;
    }

    private void Serve(Stream stream)
    {
        var framer = new StunStreamFramer();
        for (int count = 1; count > 0;)
        {
            while (framer.TryTake(out var frame))
            {
                if (frame[0] >> 6 == 1)
                    stream.Write(frame);
                else if (_server.Handle(frame.ToArray()) is { } answer)
                    stream.Write(answer);
            }

            var room = framer.Room();
            count = stream.Read(room.Array!, room.Offset, room.Count);
            framer.Advance(count);
        }
    }

    private void Answer(TurnRelay relay)
    {
        while (_answers.TryDequeue(out var answer))
            Assert.Equal(TurnReceived.Control, relay.HandlePacket(_now += TimeSpan.FromMilliseconds(1), answer, out _, out _));
    }
}
