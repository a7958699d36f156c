// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Stun;

namespace Earshot.Media.Tests.Ice;

/// <summary>Two links over a wire in memory, in virtual time.</summary>
public sealed class IceLinkTests : IDisposable
{
    private static readonly byte[] Media = [0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 7];

    private readonly Queue<(Side To, PeerAddress From, PeerAddress At, byte[] Bytes, int Length)> _wire = new();
    private readonly List<Side> _sides = [];
    private readonly Side _caller;
    private readonly Side _callee;
    private Instant _now = Instant.Zero;
    private bool _losesAnswersToCaller;

    public IceLinkTests()
    {
        _caller = Add(1, isControlling: true, "192.0.2.1:5004");
        _callee = Add(2, isControlling: false, "192.0.2.2:6004");
        (_caller.Other, _callee.Other) = (_callee, _caller);
    }

    public void Dispose()
    {
        foreach (var side in _sides)
            side.Link.Dispose();
    }

    [Fact]
    public void BothFindThePairAndMediaOfItAloneIsThePeers()
    {
        Connect();
        foreach (var side in new[] { _caller, _callee })
        {
            Assert.Equal(side.Other!.Address, side.Link.Target);
            Assert.Contains(MediaEventKind.PathFound, side.Events);
            Assert.Equal(IceSource.Peer, side.Link.HandleDatagram(_now, 0, side.Other.Address, Media, out _, out _));
            Assert.Equal(IceSource.Stranger, side.Link.HandleDatagram(_now, 0, Address("198.51.100.7:5004"), Media, out _, out _));
            Assert.Equal(IceSource.Stranger, side.Link.HandleDatagram(_now, CallMedia.RtcpSocket, side.Other.Address, Media, out _, out _));
        }
    }

    /// <summary>The peer's ClientHello may come before the answer to our own check.</summary>
    [Fact]
    public void WhoHasProvenToBeThePeerIsNoStrangerThoughNotYetBelieved()
    {
        _losesAnswersToCaller = true;
        var (ours, theirs) = (_caller.Link.Description, _callee.Link.Description);
        _callee.Link.Apply(_now, new(theirs.Credentials, ours));
        _caller.Link.Apply(_now, new(ours.Credentials, theirs));
        Run(TimeSpan.FromMilliseconds(100));
        Assert.False(_caller.Link.HasPath);
        Assert.Equal(IceSource.Stranger, _caller.Link.HandleDatagram(_now, 0, _callee.Address, Media, out _, out _));
        Assert.Equal(0, _caller.Link.Strangers);
        Assert.Equal(IceSource.Stranger, _caller.Link.HandleDatagram(_now, 0, Address("198.51.100.7:5004"), Media, out _, out _));
        Assert.Equal(1, _caller.Link.Strangers);
        _losesAnswersToCaller = false;
        Run(TimeSpan.FromSeconds(3));
        Assert.Equal(IceSource.Peer, _caller.Link.HandleDatagram(_now, 0, _callee.Address, Media, out _, out _));
    }

    [Fact]
    public void APairOfIPv6CarriesMediaLikeAnyOther()
    {
        var (caller, callee) = (Add(3, isControlling: true, "[2001:db8:1::1]:5004"), Add(4, isControlling: false, "[2001:db8:2::1]:6004"));
        Connect(caller, callee);
        Assert.Equal((true, "2001:db8:2::1"), (caller.Link.Path!.Base.IsV6, caller.Link.Path.Remote.ToIPAddress().ToString()));
        Assert.True(caller.Link.Send(Media, default));
        Assert.Equal(IceSource.Peer, callee.Link.HandleDatagram(_now, 0, caller.Address, Media, out _, out _));
    }

    [Fact]
    public void OfTwoFamiliesTheOneThatWorksIsTaken()
    {
        var other = Address("[2001:db8:2::1]:6004").ToTransport();
        _callee.Link.AddSocket(_now, other, _callee); // nothing leads there
        _caller.Link.AddSocket(_now, Address("[2001:db8:1::1]:5004").ToTransport(), _caller);
        Connect();
        Assert.False(_caller.Link.Path!.Remote.IsV6);
    }

    [Fact]
    public void ARestartTakesTheNewPairAndLeavesTheOldOneForIt()
    {
        Connect();
        var old = _callee.Address.ToTransport();
        _callee.Address = Address("192.0.2.77:7000");
        _callee.Link.RemoveSocket(_now, old);
        _callee.Link.AddSocket(_now, _callee.Address.ToTransport(), _callee);
        var fresh = new IceCredentials("again", new string('a', 24));
        _callee.Link.Restart(_now, fresh);
        var ours = _caller.Link.Description with { Credentials = new("other", new string('o', 24)) };
        var theirs = _callee.Link.Description with { Credentials = fresh };
        _caller.Link.Apply(_now, new(ours.Credentials, theirs));
        Assert.Equal(old, _caller.Link.Target.ToTransport()); // until the new one works
        _callee.Link.Apply(_now, new(fresh, ours));
        Run(TimeSpan.FromSeconds(1));
        Assert.Equal((_callee.Address, 1, true), (_caller.Link.Target, _caller.Link.Path!.Generation, _caller.Link.Path.IsNominated));
        Assert.Equal(1, _callee.Link.Path!.Generation);
        Assert.Equal(IceSource.Stranger, _caller.Link.HandleDatagram(_now, 0, PeerAddress.From(old), Media, out _, out _));
    }

    [Fact]
    public void AgainstAPeerWithoutIceMediaLeavesFromTheFirstSocketToWhereItIsTold()
    {
        _caller.Link.Apply(_now, null);
        Assert.Equal(Instant.Never, _caller.Link.PollTimeout());
        Assert.Equal(IceSource.Plain, _caller.Link.HandleDatagram(_now, 0, Address("198.51.100.7:5004"), Media, out _, out _));
        Assert.True(_caller.Link.Send(Media, _callee.Address));
        Assert.Single(_wire);
    }

    [Fact]
    public void AWrongPasswordFindsNothingAndIsToldOnce()
    {
        var theirs = _callee.Link.Description;
        _caller.Link.Apply(_now, new(_caller.Link.Description.Credentials, theirs with { Credentials = theirs.Credentials with { Password = new string('x', 24) } }));
        Run(TimeSpan.FromSeconds(60));
        Assert.Single(_caller.Events, MediaEventKind.PathFailed);
        Assert.Equal(0, _callee.Sent); // what does not authenticate gets no answer
    }

    [Fact]
    public void AServerThatIsSilentHoldsADescriptionForItsTimeAlone()
    {
        bool isGathered = false;
        _caller.Link.Gathered = () => isGathered = true;
        Assert.True(StunServerUri.TryParse("stun:203.0.113.9", out var uri, out _));
        _caller.Link.Gather(_now, [new(uri!, Address("203.0.113.9:3478").ToTransport())], TimeSpan.FromMilliseconds(500));
        Assert.False(_caller.Link.IsGathered);
        Run(TimeSpan.FromMilliseconds(499));
        Assert.False(isGathered);
        Run(TimeSpan.FromMilliseconds(2));
        Assert.True(isGathered && _caller.Link.IsGathered);
    }

    [Fact]
    public void ChecksConsentAndMediaDoNotAllocate()
    {
        Connect();
        SteadyState.AllocatesNothing(20_000, () => Run(TimeSpan.FromMilliseconds(1), isQuiet: true)); // consent is asked for each 4 to 6 s
        Assert.True(_caller.Link.HasPath && _callee.Link.HasPath);
    }

    private void Connect() => Connect(_caller, _callee);

    private void Connect(Side caller, Side callee)
    {
        (caller.Other, callee.Other) = (callee, caller);
        var (ours, theirs) = (caller.Link.Description, callee.Link.Description);
        callee.Link.Apply(_now, new(theirs.Credentials, ours));
        caller.Link.Apply(_now, new(ours.Credentials, theirs));
        Run(TimeSpan.FromSeconds(1));
        Assert.True(caller.Link.HasPath && callee.Link.HasPath);
    }

    private Side Add(int seed, bool isControlling, string address)
    {
        var side = new Side(this, seed, isControlling, address);
        _sides.Add(side);
        return side;
    }

    private void Run(TimeSpan time, bool isQuiet = false)
    {
        for (var end = _now + time; _now < end; _now += TimeSpan.FromMilliseconds(1))
        {
            if (isQuiet)
            {
                _caller.Link.Send(Media, default);
                _callee.Link.Send(Media, default);
            }

            while (_wire.TryDequeue(out var packet))
            {
                bool isLost = _losesAnswersToCaller && packet.To == _caller && packet.Bytes[0] == 1; // a success response
                if (packet.At == packet.To.Address && !isLost)
                    packet.To.Link.HandleDatagram(_now, 0, packet.From, packet.Bytes.AsSpan(0, packet.Length), out _, out _);
                packet.To.Spare.Push(packet.Bytes);
            }

            foreach (var side in _sides)
            {
                if (side.Link.PollTimeout() <= _now)
                    side.Link.HandleTimeout(_now);
            }
        }
    }

    private static PeerAddress Address(string text) => PeerAddress.From(IPEndPoint.Parse(text));

    private sealed class Side : IDatagramSender, IEventSink
    {
        private readonly IceLinkTests _test;

        public Side(IceLinkTests test, int seed, bool isControlling, string address)
        {
            _test = test;
            Address = IceLinkTests.Address(address);
            Link = new IceLink(new() { IsControlling = isControlling }, new TestRandom(seed), this);
            Link.AddSocket(Instant.Zero, Address.ToTransport(), this);
            for (int i = 0; i < 64; i++)
                Spare.Push(new byte[1500]);
        }

        public PeerAddress Address { get; set; }

        public IceLink Link { get; }

        public Side? Other { get; set; }

        public int Sent { get; private set; }

        public List<MediaEventKind> Events { get; } = [];

        public Stack<byte[]> Spare { get; } = new(128);

        public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
        {
            Sent++;
            var bytes = Other!.Spare.Pop();
            datagram.CopyTo(bytes);
            _test._wire.Enqueue((Other, Address, to, bytes, datagram.Length));
            return true;
        }

        public void Push(in MediaEvent happened) => Events.Add(happened.Kind);
    }
}
