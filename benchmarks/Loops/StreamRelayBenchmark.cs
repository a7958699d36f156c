// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Earshot.Lab;
using Earshot.Media;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Ice;
using Earshot.Media.Transport.Streams;
using Earshot.Protocol.Turn;

namespace Earshot.Benchmarks;

/// <summary>As <see cref="RelayBenchmark"/>, over a real TCP connection: the worker's half, which hands over to the writer and wakes it, and takes what the reader has cut out. Goal: 0 B.</summary>
[MemoryDiagnoser]
[MinColumn]
[MedianColumn]
public class StreamRelayBenchmark : IDisposable
{
    private const int Packets = 64; // less than the rings hold
    private static readonly PeerAddress Peer = PeerAddress.From(RelayServer.Peer);
    private readonly RelayServer _server = new();
    private readonly StreamPort _stream;
    private readonly TurnRelay _relay;
    private readonly byte[] _packet = new byte[172];
    private long _expected;

    public StreamRelayBenchmark()
    {
        _packet[0] = 0x80;
        var at = _server.Listen();
        _stream = new StreamPort(new() { Addresses = [at], Framing = StreamFraming.Stun }, static () => { });
        _relay = TurnRelay.OverStream(RelayServer.Account, new SeededRandom(1), _stream, PeerAddress.From(at));
    }

    /// <summary>An allocation with a channel.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _stream.Start();
        _relay.Allocate(MonotonicClock.Now);
        Await<TurnEvent.Allocated>();
        _relay.Choose(MonotonicClock.Now, RelayServer.Peer);
        Await<TurnEvent.ChannelBound>();
    }

    /// <summary>The rings are empty, and the connection has not carried more than a call would.</summary>
    [IterationSetup(Target = nameof(Send))]
    public void Drain() => Thread.Sleep(20);

    /// <summary>Packets of the peer's wait.</summary>
    [IterationSetup(Target = nameof(Receive))]
    public void Fill()
    {
        Thread.Sleep(20);
        _expected = _stream.Received + Packets;
        _server.Relay(Packets, _packet);
        SpinWait.SpinUntil(() => _stream.Received >= _expected, TimeSpan.FromSeconds(5));
    }

    /// <summary>To the peer.</summary>
    [Benchmark(OperationsPerInvoke = Packets)]
    public int Send()
    {
        int sent = 0;
        for (int i = 0; i < Packets; i++)
            sent += _relay.Send(_packet, in Peer) ? 1 : 0;
        return sent == Packets ? sent : throw new InvalidOperationException($"{sent} sent: {_stream.State} {_stream.End}.");
    }

    /// <summary>From the peer.</summary>
    [Benchmark(OperationsPerInvoke = Packets)]
    public int Receive()
    {
        int taken = 0;
        while (_relay.TryReceive(MonotonicClock.Now, out _, out _, out _))
            taken++;
        return taken == Packets ? taken : throw new InvalidOperationException($"{taken} taken: {_stream.State} {_stream.End}.");
    }

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        _relay.Dispose();
        _stream.Dispose();
        _server.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Await<T>()
    {
        while (true)
        {
            _relay.TryReceive(MonotonicClock.Now, out _, out _, out _);
            while (_relay.PollEvent(out var happened))
            {
                if (happened is T)
                    return;
                if (happened is TurnEvent.Ended)
                    throw new InvalidOperationException($"{happened}");
            }

            Thread.Sleep(1);
        }
    }
}
