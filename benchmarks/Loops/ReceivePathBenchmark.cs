// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Earshot.Media;

namespace Earshot.Benchmarks;

/// <summary>One received packet, socket to playback ring, without codec: recvmsg with its stamp, SRTP, RTP, latching, statistics, ring. Goal: ≤ 2.5 µs CPU, 0 B.</summary>
[MemoryDiagnoser]
public class ReceivePathBenchmark : IDisposable
{
    private const int Packets = 150;
    private readonly byte[] _datagram = new byte[2048];
    private MediaPath _sender = null!;
    private MediaPath _receiver = null!;

    [Params("none", "AES_CM_128_HMAC_SHA1_80", "AEAD_AES_128_GCM")]
    public string Profile { get; set; } = "none";

    [GlobalSetup]
    public void Setup()
    {
        _sender = new MediaPath(Profile, 1, 2);
        _receiver = new MediaPath(Profile, 2, 1);
        _sender.Begin(_receiver);
        _receiver.Begin(_sender);
    }

    [IterationSetup]
    public void FillSocket()
    {
        for (int i = 0; i < Packets; i++)
            _sender.SendOne();
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public int Receive()
    {
        int count = 0;
        for (int i = 0; i < Packets; i++)
        {
            var now = MonotonicClock.Now;
            if (!_receiver.Port.TryReceive(now, 0, _datagram, out int length, out var from, out var arrival))
                break;
            _receiver.Media.HandleDatagram(now, arrival, in from, _datagram.AsSpan(0, length));
            if (_receiver.ToPlayback.TryPeek(out _))
                _receiver.ToPlayback.Release();
            count++;
        }

        return count;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        GC.SuppressFinalize(this);
    }
}
