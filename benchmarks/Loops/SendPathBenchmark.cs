// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;

namespace Earshot.Benchmarks;

/// <summary>One sent packet, capture queue to socket, without codec: framing, redundancy, RTP, SRTP, sendto. Goal: 0 B.</summary>
[MemoryDiagnoser]
public class SendPathBenchmark : IDisposable
{
    private MediaPath _sender = null!;
    private MediaPath _receiver = null!;

    [Params("none", "AES_CM_128_HMAC_SHA1_80", "AEAD_AES_128_GCM")]
    public string Profile { get; set; } = "none";

    /// <summary>Earlier frames that each packet repeats.</summary>
    [Params(0, 2)]
    public int Copies { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _sender = new MediaPath(Profile, 1, 2);
        _receiver = new MediaPath(Profile, 2, 1);
        _sender.Begin(_receiver);
        _sender.Repeat(Copies);
    }

    // Nobody reads: the receiving socket's buffer is full, which costs the sender the same.
    [Benchmark]
    public void Send() => _sender.SendOne();

    [GlobalCleanup]
    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        GC.SuppressFinalize(this);
    }
}
