// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Earshot.Lab;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Protocol;
using Earshot.Protocol.Turn;

namespace Earshot.Benchmarks;

/// <summary>A packet of 172 bytes by way of a relay over UDP, in its channel: wrapped and sent into nothing, and unwrapped. Goal: 0 B.</summary>
[MemoryDiagnoser]
[MinColumn]
[MedianColumn]
public class RelayBenchmark : IDisposable
{
    private static readonly PeerAddress Peer = PeerAddress.From(RelayServer.Peer);
    private readonly RelayServer _server = new();
    private readonly TurnRelay _relay;
    private readonly byte[] _packet = new byte[172];
    private byte[] _wrapped = [];
    private readonly Instant _now = Instant.FromMilliseconds(1000);

    public RelayBenchmark()
    {
        _packet[0] = 0x80;
        _relay = TurnRelay.OverUdp(RelayServer.Account, new SeededRandom(1), _server, new PeerAddress(0, 0xC6336401, 3478, false, 0));
    }

    /// <summary>An allocation with a channel.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _relay.Allocate(_now);
        Answer();
        _relay.Choose(_now, RelayServer.Peer);
        Answer();
        _wrapped = _server.Wrapped(_packet);
    }

    /// <summary>To the peer.</summary>
    [Benchmark]
    public bool Send() => _relay.Send(_packet, in Peer) ? true : throw new InvalidOperationException("Not sent.");

    /// <summary>From the peer.</summary>
    [Benchmark]
    public Range Receive() =>
        _relay.HandlePacket(_now, _wrapped, out _, out var payload) == TurnReceived.Data ? payload : throw new InvalidOperationException("Not the peer's.");

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        _relay.Dispose();
        _server.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Answer()
    {
        while (_server.Answers.TryDequeue(out var answer))
            _relay.HandlePacket(_now, answer, out _, out _);
    }
}
