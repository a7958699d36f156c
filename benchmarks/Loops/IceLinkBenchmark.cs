// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Earshot.Lab;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Protocol;

namespace Earshot.Benchmarks;

/// <summary>A call's ICE as the worker drives it: a peer's check taken, its integrity checked, answered with one, and sent; and media judged. Goal: ≤ 900 ns without the sockets, 0 B.</summary>
[MemoryDiagnoser]
[MinColumn]
[MedianColumn]
public class IceLinkBenchmark : IDisposable
{
    private readonly byte[] _media = new byte[172];
    private readonly Wire _toLink;
    private readonly Wire _toPeer;
    private readonly IceLink _link;
    private readonly IceLink _peer;
    private byte[] _check = [];
    private Instant _now = Instant.Zero;

    public IceLinkBenchmark()
    {
        (_toPeer, _toLink) = (new Wire(), new Wire());
        _link = new IceLink(new(), new SeededRandom(1), new NoEvents());
        _peer = new IceLink(new() { IsControlling = true }, new SeededRandom(2), new NoEvents());
        _media[0] = 0x80;
    }

    private static PeerAddress Here => new(0, 0x0a000001, 5004, false, 0);

    private static PeerAddress There => new(0, 0x0a000002, 5004, false, 0);

    /// <summary>Connects two, and keeps a check.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _link.AddSocket(_now, Here.ToTransport(), _toPeer);
        _peer.AddSocket(_now, There.ToTransport(), _toLink);
        _link.Apply(_now, new(_link.Description.Credentials, _peer.Description));
        _peer.Apply(_now, new(_peer.Description.Credentials, _link.Description));
        for (int i = 0; i < 5000 && !(_link.HasPath && _peer.HasPath); i++, _now += TimeSpan.FromMilliseconds(1))
        {
            _link.HandleTimeout(_now);
            _peer.HandleTimeout(_now);
            while (_toLink.Packets.TryDequeue(out var packet))
            {
                _check = (packet[0], packet[1]) == (0, 1) ? packet : _check;
                _link.HandleDatagram(_now, 0, There, packet, out _, out _);
            }

            while (_toPeer.Packets.TryDequeue(out var packet))
                _peer.HandleDatagram(_now, 0, Here, packet, out _, out _);
        }

        (_toPeer.IsOpen, _toLink.IsOpen) = (false, false);
        if (!_link.HasPath || _check.Length == 0)
            throw new InvalidOperationException("Not connected.");
    }

    /// <summary>Request taken, checked, answered with MESSAGE-INTEGRITY, sent into nothing.</summary>
    [Benchmark]
    public int TakeAndAnswer()
    {
        int before = _toPeer.Sent;
        _link.HandleDatagram(_now, 0, There, _check, out _, out _);
        return _toPeer.Sent > before ? before : throw new InvalidOperationException("Not answered.");
    }

    /// <summary>Media of the path in use: whose is it?</summary>
    [Benchmark]
    public object Judge() => _link.HandleDatagram(_now, 0, There, _media, out _, out _) == IceSource.Peer ? this : throw new InvalidOperationException("Not the peer's.");

    /// <summary>Media onto the path, sent into nothing.</summary>
    [Benchmark]
    public bool Send() => _link.Send(_media, default);

    /// <summary>When is it to be called next?</summary>
    [Benchmark]
    public Instant PollTimeout() => _link.PollTimeout();

    /// <inheritdoc/>
    public void Dispose()
    {
        _link.Dispose();
        _peer.Dispose();
        GC.SuppressFinalize(this);
    }

    private sealed class Wire : IDatagramSender
    {
        public bool IsOpen { get; set; } = true;

        public int Sent { get; private set; }

        public Queue<byte[]> Packets { get; } = [];

        public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
        {
            Sent++;
            if (IsOpen)
                Packets.Enqueue(datagram.ToArray());
            return true;
        }
    }
}
