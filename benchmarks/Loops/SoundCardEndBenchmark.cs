// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Earshot.Audio.Devices;
using Earshot.Audio.Ends;

namespace Earshot.Benchmarks;

/// <summary>One block of 10 ms captured for all voices, and one mixed of them all, without what the voices do. Goal: 0 B.</summary>
[MemoryDiagnoser]
[MedianColumn]
public class SoundCardEndBenchmark : IDisposable
{
    private readonly short[] _block = new short[480];
    private SoundCardEnd _end = null!;

    [Params(1, 50)]
    public int Voices { get; set; } = 1;

    [GlobalSetup]
    public void Setup()
    {
        var silence = new AudioEnd(AudioEnds.Null, null);
        _end = new SoundCardEnd(silence, silence, new AudioStreamRequest(480)); // never started: the benchmark is its clock
        for (var i = 0; i < Voices; i++) _end.Attach(new Humming((short)(i * 37)));
    }

    [Benchmark]
    public void CaptureAndPlayback()
    {
        _end.OnCaptured(_block, 0);
        _end.OnPlayback(_block, 0);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _end.Dispose();
        GC.SuppressFinalize(this);
    }

    private sealed class Humming(short level) : IVoice
    {
        public void Capture(ReadOnlySpan<short> block, long capturedAt)
        {
        }

        public void Play(Span<short> block, long playsAt) => block.Fill(level);
    }
}
