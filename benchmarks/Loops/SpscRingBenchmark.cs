// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Earshot.Audio.Buffers;

namespace Earshot.Benchmarks;

/// <summary>A block of 10 ms, and a single sample, into the ring and out again, on one thread. Goal: 0 B.</summary>
[MemoryDiagnoser]
[MedianColumn]
public class SpscRingBenchmark
{
    private readonly SpscRing<short> _ring = new(4096);
    private readonly short[] _block = new short[480];

    [Benchmark]
    public int Block() => _ring.Write(_block) + _ring.Read(_block);

    [Benchmark]
    public bool Item() => _ring.TryWrite(7) & _ring.TryRead(out _);
}
