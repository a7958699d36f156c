// SPDX-License-Identifier: MIT
using Earshot.Protocol.Stun;
using Earshot.Protocol.Tests.Sip;
using Earshot.Protocol.Turn;

namespace Earshot.Protocol.Tests.Turn;

public sealed class TurnClientTests : IDisposable
{
    private static readonly TransportAddress Peer = new(0, 0xCB007105, 6000, false);
    private readonly byte[] _buffer = new byte[2048];
    private readonly List<TurnEvent> _events = [];
    private TurnServerDouble _server = new();
    private TurnClient _client;
    private Instant _now = Instant.Zero;

    public TurnClientTests() => _client = Client();

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    private static TurnClient Client(bool reliable = false, bool v6 = false, string password = TurnServerDouble.Password) =>
        new(new() { Username = TurnServerDouble.User, Password = password, IsReliable = reliable, WantsV6 = v6 }, new SeededRandom(3));

    private void Use(TurnServerDouble server, TurnClient? client = null)
    {
        Dispose();
        (_server, _client) = (server, client ?? Client());
    }

    private void Exchange()
    {
        while (_client.PollTransmit(_buffer, out int length))
        {
            if (_server.Handle(_buffer[..length]) is { } answer)
                _client.HandlePacket(_now, answer, out _, out _);
        }

        while (_client.PollEvent(out var happened))
            _events.Add(happened);
    }

    private void RunUntil(double seconds)
    {
        var end = Instant.FromMilliseconds(1000 * seconds);
        for (Exchange(); _client.PollTimeout() <= end; Exchange())
            _client.HandleTimeout(_now = _client.PollTimeout());
        _now = end;
    }

    private void Allocate()
    {
        _client.Allocate(_now);
        Exchange();
    }

    private TurnEvent.Ended Ended() => Assert.IsType<TurnEvent.Ended>(Assert.Single(_events, e => e is TurnEvent.Ended));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AChallengeIsAnsweredAndTheRelayStands(bool sha256)
    {
        Use(new() { UsesSha256 = sha256 });
        Allocate();
        Assert.Equal([new TurnEvent.Allocated(_server.Relayed, TurnServerDouble.Mapped, TimeSpan.FromMinutes(10))], _events);
        Assert.True(_client.IsAllocated);
    }

    [Fact]
    public void PermissionsChannelsAndTheAllocationAreRefreshedBeforeTheyExpire()
    {
        Allocate();
        Assert.True(_client.BindChannel(_now, Peer));
        RunUntil(3600);
        Assert.Equal(6, _server.Signed.Count(m => m == StunMethod.Refresh)); // after 9, 18 … 54 minutes
        Assert.Equal(15 + 1, _server.Signed.Count(m => m == StunMethod.CreatePermission)); // at 0, 4, 8 … 60 minutes
        Assert.Equal(6 + 1, _server.Signed.Count(m => m == StunMethod.ChannelBind));
        Assert.DoesNotContain(_events, e => e is TurnEvent.Ended);
        Assert.Single(_events, e => e is TurnEvent.Permitted);
        Assert.Single(_events, e => e is TurnEvent.ChannelBound);
    }

    [Fact]
    public void AStaleNonceIsRenewedForAllRequestsUnderWay()
    {
        Allocate();
        _server.MakeNonceStale();
        for (ushort i = 0; i < 6; i++)
            _client.BindChannel(_now, Peer with { Low = Peer.Low + i });
        Exchange();
        Assert.Equal(6, _server.Channels.Count);
        Assert.Equal(6, _server.Permitted.Count);
        Assert.DoesNotContain(_events, e => e is TurnEvent.Ended);
    }

    [Theory]
    [InlineData(300, TurnEnd.Redirected)]
    [InlineData(403, TurnEnd.Refused)]
    [InlineData(437, TurnEnd.Mismatch)]
    [InlineData(440, TurnEnd.Family)]
    [InlineData(441, TurnEnd.Credentials)]
    [InlineData(486, TurnEnd.Quota)]
    [InlineData(508, TurnEnd.Capacity)]
    internal void EveryErrorOfAllocateHasItsEnd(int code, TurnEnd end)
    {
        _server.AllocateError = code;
        Allocate();
        Assert.Equal(new TurnEvent.Ended(end, code, code == 300 ? TurnServerDouble.Mapped : default), Ended());
        RunUntil(100);
        Assert.Single(_events);
    }

    [Fact]
    public void AWrongPasswordIsTriedOnce()
    {
        Use(new(), Client(password: "wrong"));
        Allocate();
        Assert.Equal(TurnEnd.Credentials, Ended().Cause);
    }

    [Theory]
    [InlineData(false, 39.5)]
    [InlineData(true, 39.5)]
    public void AServerThatIsNotThereEndsIt(bool reliable, double seconds)
    {
        Use(new() { IsDead = true }, Client(reliable));
        Allocate();
        RunUntil(seconds - 0.1);
        Assert.Empty(_events);
        RunUntil(seconds);
        Assert.Equal(TurnEnd.TimedOut, Ended().Cause);
    }

    [Fact]
    public void AServerThatDiesLaterEndsItOnce()
    {
        Allocate();
        _client.BindChannel(_now, Peer);
        Exchange();
        _server.IsDead = true;
        RunUntil(3600);
        Assert.Equal(TurnEnd.TimedOut, Ended().Cause);
        Assert.False(_client.TryWrap(Peer, _buffer, TurnData.Headroom, 10, out _, out _));
        Assert.Equal(Instant.Never, _client.PollTimeout());
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(9u)]
    public void ALifetimeOfNothingIsNoAllocation(uint seconds)
    {
        _server.Lifetime = seconds;
        Allocate();
        Assert.Equal(TurnEnd.Malformed, Ended().Cause);
    }

    [Fact]
    public void ALifetimeOfYearsIsRefreshedHourly()
    {
        _server.Lifetime = uint.MaxValue;
        Allocate();
        Assert.Equal(TimeSpan.FromMinutes(59), _client.PollTimeout() - _now);
    }

    [Fact]
    public void ARelayedAddressOfTheWrongFamilyIsNone()
    {
        Use(new(), Client(v6: true));
        Allocate();
        Assert.Equal(TurnEnd.Malformed, Ended().Cause);
    }

    [Fact]
    public void Ipv6IsAskedForAndRelayed()
    {
        Use(new() { Relayed = new(0x20010db8_00000000, 1, 50000, true) }, Client(v6: true));
        Allocate();
        var peer = new TransportAddress(0x20010db8_00000000, 9, 7000, true);
        Assert.False(_client.CreatePermission(_now, Peer));
        Assert.True(_client.CreatePermission(_now, peer));
        Exchange();
        Assert.Contains(new TurnEvent.Permitted(peer), _events);
    }

    [Fact]
    public void AnotherTransactionsAnswerIsPassedOver()
    {
        _server.ChangesTransaction = true;
        Allocate();
        RunUntil(100);
        Assert.Equal(TurnEnd.TimedOut, Ended().Cause);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ForgedAnswersEndItAsForged(bool reliable)
    {
        Use(new() { Forges = true }, Client(reliable));
        Allocate();
        Assert.Equal(reliable, _events.Count > 0);
        RunUntil(100);
        Assert.Equal(TurnEnd.Forged, Ended().Cause);
    }

    [Fact]
    public void ALostAllocationIsTold()
    {
        Allocate();
        _server.RefreshError = 437;
        RunUntil(1000);
        Assert.Equal(new TurnEvent.Ended(TurnEnd.Mismatch, 437, default), Ended());
    }

    [Fact]
    public void ABrokenConnectionIsTheEnd()
    {
        Use(new(), Client(reliable: true));
        Allocate();
        _client.HandleTransportFailure(_now);
        Exchange();
        Assert.Equal(TurnEnd.Disconnected, Ended().Cause);
    }

    [Fact]
    public void AForbiddenPeerIsToldAndTheOthersGoOn()
    {
        Allocate();
        _server.PeerError = 403;
        _client.CreatePermission(_now, Peer);
        Exchange();
        Assert.Contains(new TurnEvent.Forbidden(Peer, 403), _events);
        Assert.True(_client.IsAllocated);
        Assert.False(_client.TryWrap(Peer, _buffer, TurnData.Headroom, 10, out _, out _));
    }

    [Fact]
    public void ClosingGivesTheAllocationBack()
    {
        Allocate();
        _client.BindChannel(_now, Peer);
        Exchange();
        _client.Close(_now);
        Exchange();
        Assert.Equal([0u], _server.Lifetimes);
        Assert.Equal(TurnEnd.Closed, Ended().Cause);
        Assert.Equal(Instant.Never, _client.PollTimeout());
    }

    [Fact]
    public void ClosingTowardsADeadServerEndsAsClosed()
    {
        Allocate();
        _server.IsDead = true;
        _client.Close(_now);
        RunUntil(100);
        Assert.Equal(TurnEnd.Closed, Ended().Cause);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PacketsAreWrappedInPlaceFirstAsIndicationsThenOnTheChannel(bool reliable)
    {
        Use(new(), Client(reliable));
        Allocate();
        Assert.False(_client.TryWrap(Peer, _buffer, TurnData.Headroom, 3, out _, out _));
        _client.CreatePermission(_now, Peer);
        Exchange();
        byte[] payload = [1, 2, 3];
        payload.CopyTo(_buffer, TurnData.Headroom);
        Assert.True(_client.TryWrap(Peer, _buffer, TurnData.Headroom, 3, out int start, out int total));
        Assert.Equal(20 + 12 + 4 + 4, total);
        _server.Handle(_buffer[start..(start + total)]);
        _client.BindChannel(_now, Peer);
        Exchange();
        payload.CopyTo(_buffer, TurnData.Headroom);
        Assert.True(_client.TryWrap(Peer, _buffer, TurnData.Headroom, 3, out start, out total));
        Assert.Equal(reliable ? 8 : 7, total);
        _server.Handle(_buffer[start..(start + total)]);
        Assert.Equal([Peer, Peer], _server.Relays.Select(r => r.Peer));
        Assert.All(_server.Relays, r => Assert.Equal(payload, r.Data));
    }

    [Fact]
    public void PeersAreHeardThroughIndicationsAndChannelsAndStrangersAreNot()
    {
        Allocate();
        Assert.Equal(TurnReceived.Ignored, _client.HandlePacket(_now, TurnServerDouble.Indication(Peer, [1]), out _, out _));
        _client.BindChannel(_now, Peer);
        Exchange();
        ushort channel = _server.Channels.Keys.Single();
        byte[] data = [9, 8, 7];
        var packet = TurnServerDouble.Indication(Peer.WithPort(1), data);
        Assert.Equal(TurnReceived.Data, _client.HandlePacket(_now, packet, out var from, out var payload));
        Assert.Equal(Peer.WithPort(1), from);
        Assert.Equal(data, packet[payload]);
        packet = [(byte)(channel >> 8), (byte)channel, 0, 3, .. data, 0];
        Assert.Equal(TurnReceived.Data, _client.HandlePacket(_now, packet, out from, out payload));
        Assert.Equal(Peer, from);
        Assert.Equal(data, packet[payload]);
        packet[1] ^= 0x55;
        Assert.Equal(TurnReceived.Ignored, _client.HandlePacket(_now, packet, out _, out _));
        packet[3] = 200;
        Assert.Equal(TurnReceived.Ignored, _client.HandlePacket(_now, packet, out _, out _));
    }

    [Fact]
    public void PeersAreBounded()
    {
        Allocate();
        for (uint i = 0; i < 200; i++)
            Assert.Equal(i < TurnPeers.Maximum, _client.CreatePermission(_now, Peer with { Low = i + 1 }));
    }

    [Fact]
    public void RelayedPacketsDoNotAllocate()
    {
        Allocate();
        _client.BindChannel(_now, Peer);
        Exchange();
        ushort channel = _server.Channels.Keys.Single();
        byte[] packet = [(byte)(channel >> 8), (byte)channel, 0, 160, .. new byte[160]];
        var indication = TurnServerDouble.Indication(Peer, new byte[160]);
        SteadyState.AllocatesNothing(1000, () =>
        {
            Assert.True(_client.TryWrap(Peer, _buffer, TurnData.Headroom, 160, out _, out _));
            Assert.True(_client.HandlePacket(_now, packet, out _, out _) == TurnReceived.Data);
            Assert.True(_client.HandlePacket(_now, indication, out _, out _) == TurnReceived.Data);
        });
    }

    [Fact]
    public void MutatedAnswersNeverBreakTheClient()
    {
        var random = new Random(FuzzSeed.Or(8656));
        for (int round = 0; round < 300; round++)
        {
            using var client = Client();
            using var server = new TurnServerDouble();
            client.Allocate(_now);
            for (int step = 0; step < 6 && client.PollTransmit(_buffer, out int length); step++)
            {
                if (server.Handle(_buffer[..length]) is not { } answer)
                    continue;
                for (int n = 0; n < 30; n++)
                {
                    var mutated = answer.ToArray();
                    for (int k = random.Next(1, 4); k > 0; k--)
                        mutated[random.Next(8) == 0 ? random.Next(20) : random.Next(20, mutated.Length)] = (byte)random.Next(256);
                    if (random.Next(3) == 0)
                        client.HandlePacket(_now, mutated, out _, out _);
                }

                client.HandlePacket(_now, answer, out _, out _);
                client.BindChannel(_now, Peer);
            }
        }
    }
}
