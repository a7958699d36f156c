// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Earshot.Media.Transport.Streams;
using Earshot.Protocol;

namespace Earshot.Benchmarks;

/// <summary>Datagrams over a connection, both threads' work but the system calls: into the outbox and gathered, cut out of the stream and taken. Goal: 0 B.</summary>
[MemoryDiagnoser]
[MedianColumn]
public class StreamBenchmark
{
    private readonly StreamOutbox _outbox = new(StreamFraming.LengthPrefix);
    private readonly StreamInbox _inbox = new(StreamFraming.LengthPrefix, static () => { });
    private readonly byte[] _datagram = new byte[172];
    private readonly byte[] _frame = new byte[174];
    private Instant _now = Instant.FromMilliseconds(1);

    public StreamBenchmark() => (_datagram[0], _frame[1]) = (0x80, 172);

    [Benchmark]
    public int Outbox()
    {
        _outbox.TryWrite(_now, _datagram);
        return _outbox.Gather(_now).Count;
    }

    [Benchmark]
    public int Inbox()
    {
        _now += TimeSpan.FromMilliseconds(1);
        _frame.CopyTo(_inbox.Room().AsSpan());
        _inbox.Take(_now, _frame.Length);
        int taken = 0;
        while (_inbox.TryPeek(out var datagram, out _))
        {
            taken += datagram.Length;
            _inbox.Release();
        }

        return taken;
    }
}
