// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Ice;

/// <summary>One offer, answered early by one phone and finally by another, in virtual time.</summary>
public sealed class IceForkTests : IDisposable
{
    private static readonly byte[] Media = [0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 7];

    private readonly Queue<(PeerAddress From, PeerAddress To, byte[] Bytes)> _wire = new();
    private readonly List<Side> _sides = [];
    private readonly Side _caller;
    private readonly Side _first;
    private readonly Side _second;
    private Instant _now = Instant.Zero;

    public IceForkTests()
    {
        _caller = Add(1, "192.0.2.1:5004", isControlling: true);
        _first = Add(2, "192.0.2.2:6004");
        _second = Add(3, "192.0.2.3:7004");
    }

    public void Dispose() => _sides.ForEach(side => side.Link.Dispose());

    [Fact]
    public void TheFinalAnswersPhoneTakesTheWayOfTheEarlyOnes()
    {
        Answer(_first, isFinal: false);
        Run(TimeSpan.FromSeconds(3));
        Assert.Equal(_first.Address, _caller.Link.Target);

        Answer(_second, isFinal: true);
        Run(TimeSpan.FromSeconds(1));
        Assert.Equal((_second.Address, _caller.Address), (_caller.Link.Target, _second.Link.Target));
        Assert.Equal(IceSource.Peer, Heard(_second));
        Assert.Equal(IceSource.Stranger, Heard(_first));
        Assert.False(_caller.Link.IsPeer(_first.Address));

        Run(TimeSpan.FromSeconds(60)); // whom nobody took asks on, and finds nobody
        Assert.Equal(_second.Address, _caller.Link.Target);
        Assert.DoesNotContain(MediaEventKind.PathFailed, _caller.Events);
        Assert.DoesNotContain(MediaEventKind.PathDoubtful, _caller.Events);
    }

    [Fact]
    public void AnEarlyAnswerWithoutIceLeavesItToTheFinalOne()
    {
        _caller.Link.Apply(_now, null, isFinal: false);
        Assert.Equal(IceSource.Plain, Heard(_first));
        Assert.True(_caller.Link.Send(Media, _first.Address));
        Answer(_second, isFinal: true);
        Run(TimeSpan.FromSeconds(1));
        Assert.Equal(_second.Address, _caller.Link.Target);
        Assert.Equal(IceSource.Stranger, Heard(_first));
    }

    [Fact]
    public void AFinalAnswerWithoutIceTakesTheWayOfAnEarlyOne()
    {
        Answer(_first, isFinal: false);
        Run(TimeSpan.FromSeconds(1));
        _caller.Link.Apply(_now, null, isFinal: false);
        Assert.False(_caller.Link.HasPath || _caller.Link.IsActive);
        _caller.Link.Apply(_now, null);
        Assert.Equal(IceSource.Plain, Heard(_second));
        Assert.True(_caller.Link.Send(Media, _second.Address));
        Assert.Equal(Instant.Never, _caller.Link.PollTimeout());
    }

    [Fact]
    public void APhoneThatAnswersNoChecksWhileItRingsIsFoundOnceItIsTaken()
    {
        _first.IsAsleep = true;
        Answer(_first, isFinal: false);
        Run(TimeSpan.FromSeconds(45));
        Assert.Contains(MediaEventKind.PathFailed, _caller.Events);

        _caller.Events.Clear();
        _first.IsAsleep = false;
        Answer(_first, isFinal: true);
        Run(TimeSpan.FromSeconds(1));
        Assert.Equal(_first.Address, _caller.Link.Target);
        Assert.DoesNotContain(MediaEventKind.PathFailed, _caller.Events);
    }

    private IceSource Heard(Side from) => _caller.Link.HandleDatagram(_now, 0, from.Address, Media, out _, out _);

    private void Answer(Side from, bool isFinal)
    {
        var (offer, answer) = (_caller.Link.Description, from.Link.Description);
        from.Link.Apply(_now, new(answer.Credentials, offer));
        _caller.Link.Apply(_now, new(offer.Credentials, answer), isFinal);
    }

    private void Run(TimeSpan time)
    {
        for (var end = _now + time; _now < end; _now += TimeSpan.FromMilliseconds(1))
        {
            while (_wire.TryDequeue(out var packet))
            {
                if (_sides.Find(side => side.Address == packet.To) is { IsAsleep: false } at)
                    at.Link.HandleDatagram(_now, 0, packet.From, packet.Bytes, out _, out _);
            }

            foreach (var side in _sides)
            {
                if (side.Link.PollTimeout() <= _now)
                    side.Link.HandleTimeout(_now);
            }
        }
    }

    private Side Add(int seed, string address, bool isControlling = false)
    {
        var side = new Side(this, seed, isControlling, PeerAddress.From(IPEndPoint.Parse(address)));
        _sides.Add(side);
        return side;
    }

    private sealed class Side : IDatagramSender, IEventSink
    {
        private readonly IceForkTests _test;

        public Side(IceForkTests test, int seed, bool isControlling, PeerAddress address)
        {
            (_test, Address) = (test, address);
            Link = new IceLink(new() { IsControlling = isControlling }, new TestRandom(seed), this);
            Link.AddSocket(Instant.Zero, Address.ToTransport(), this);
        }

        public PeerAddress Address { get; }

        public IceLink Link { get; }

        /// <summary>Neither asks nor answers.</summary>
        public bool IsAsleep { get; set; }

        public List<MediaEventKind> Events { get; } = [];

        public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
        {
            if (!IsAsleep)
                _test._wire.Enqueue((Address, to, datagram.ToArray()));
            return true;
        }

        public void Push(in MediaEvent happened) => Events.Add(happened.Kind);
    }
}
