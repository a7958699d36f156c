// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Earshot.Media.Codecs.G711;

namespace Earshot.Benchmarks;

/// <summary>20 ms of real speech at 8 kHz through G.711: a table look-up a sample. Goal: 0 B.</summary>
[MemoryDiagnoser]
[MedianColumn]
public class G711Benchmark : IDisposable
{
    private readonly SpeechFrames _speech = new(160, 8000);
    private readonly short[] _pcm = new short[160];
    private readonly byte[] _payload = new byte[160];
    private readonly G711Encoder _encoder = new(G711Law.Mu);
    private readonly G711Decoder _decoder = new(G711Law.Mu);

    [Benchmark]
    public int Encode() => _encoder.Encode(_speech.Next(), _payload);

    [Benchmark]
    public int Decode() => _decoder.Decode(_payload, _pcm);

    [GlobalCleanup]
    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
        GC.SuppressFinalize(this);
    }
}
