// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Earshot.Audio.Dsp;

namespace Earshot.Benchmarks;

/// <summary>20 ms of real speech between two rates. Goal: 0 B.</summary>
[MemoryDiagnoser]
[MedianColumn]
public class ResamplerBenchmark
{
    private readonly short[] _made = new short[1024];
    private SpeechFrames _speech = null!;
    private Resampler _resampler = null!;

    [Params("48000 8000", "8000 48000", "48000 16000", "16000 48000", "44100 48000")]
    public string Rates { get; set; } = "48000 8000";

    [GlobalSetup]
    public void Setup()
    {
        var rates = Rates.Split(' ').Select(rate => int.Parse(rate, null)).ToArray();
        _resampler = new Resampler(rates[0], rates[1]);
        _speech = new SpeechFrames(rates[0] / 50, rates[0]);
    }

    [Benchmark]
    public int Convert() => _resampler.Convert(_speech.Next(), _made);
}
