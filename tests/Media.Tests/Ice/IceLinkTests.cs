// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Protocol;
using Earshot.Protocol.Stun;

namespace Earshot.Media.Tests.Ice;

/// <summary>Two links over a wire in memory, in virtual time.</summary>
public sealed class IceLinkTests : IDisposable
{
    private static readonly byte[] Media = [0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 7];

    private readonly Queue<(Side To, PeerAddress From, PeerAddress At, byte[] Bytes)> _wire = new();
    private readonly Side _caller;
    private readonly Side _callee;
    private Instant _now = Instant.Zero;

    public IceLinkTests()
    {
        _caller = new(this, 1, isControlling: true, "192.0.2.1:5004");
        _callee = new(this, 2, isControlling: false, "192.0.2.2:6004");
        (_caller.Other, _callee.Other) = (_callee, _caller);
    }

    public void Dispose()
    {
        _caller.Link.Dispose();
        _callee.Link.Dispose();
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

    private void Connect()
    {
        var (ours, theirs) = (_caller.Link.Description, _callee.Link.Description);
        _callee.Link.Apply(_now, new(theirs.Credentials, ours));
        _caller.Link.Apply(_now, new(ours.Credentials, theirs));
        Run(TimeSpan.FromSeconds(1));
        Assert.True(_caller.Link.HasPath && _callee.Link.HasPath);
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
                if (packet.At == packet.To.Address)
                    packet.To.Link.HandleDatagram(_now, 0, packet.From, packet.Bytes.AsSpan(0, packet.To.Lengths.Dequeue()), out _, out _);
                packet.To.Spare.Push(packet.Bytes);
            }

            foreach (var side in (ReadOnlySpan<Side>)[_caller, _callee])
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

        public PeerAddress Address { get; }

        public IceLink Link { get; }

        public Side? Other { get; set; }

        public int Sent { get; private set; }

        public List<MediaEventKind> Events { get; } = [];

        public Stack<byte[]> Spare { get; } = new(128);

        public Queue<int> Lengths { get; } = new(128);

        public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
        {
            Sent++;
            var bytes = Other!.Spare.Pop();
            datagram.CopyTo(bytes);
            if (to == Other.Address)
                Other.Lengths.Enqueue(datagram.Length);
            _test._wire.Enqueue((Other, Address, to, bytes));
            return true;
        }

        public void Push(in MediaEvent happened) => Events.Add(happened.Kind);
    }
}
