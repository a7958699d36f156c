// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Earshot.Media.Codecs;
using Earshot.Media.Playout;
using Earshot.Protocol;

namespace Earshot.Benchmarks;

/// <summary>One packet of 20 ms in and two blocks of 10 ms out. Goal without codec: ≤ 1 µs a packet, 0 B.</summary>
[MemoryDiagnoser]
public class JitterBufferBenchmark : IDisposable
{
    private const int Packets = 100;
    private readonly short[] _block = new short[480];
    private readonly byte[][] _payloads = new byte[Packets][];
    private readonly JitterBuffer _buffer = new();
    private IAudioDecoder? _decoder;
    private int _sent;
    private double _pullMs = 5;

    [Params("none", "opus")]
    public string Codec { get; set; } = "none";

    /// <summary>The sender's clock against ours: 0 is a copy, anything else goes through the drift resampler.</summary>
    [Params(0, 100)]
    public double Ppm { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _decoder = Codec == "none" ? new FreeDecoder() : CodecCatalogue.Opus.CreateDecoder48k();
        _buffer.SetDecoder(96, _decoder);
        using IAudioEncoder encoder = CodecCatalogue.Opus.CreateEncoder48k();
        short[] frame = new short[960];
        byte[] payload = new byte[1500];
        for (int i = 0; i < Packets; i++)
        {
            for (int n = 0; n < frame.Length; n++)
                frame[n] = (short)(6000 * Math.Sin((i + (n / 960.0)) * 2 * Math.PI * (3 + (i % 7))));
            _payloads[i] = payload[..Math.Max(1, encoder.Encode(frame, payload))];
        }

        for (int seconds = 0; seconds < 60; seconds += 2)
            InsertAndPull();
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public void InsertAndPull()
    {
        for (int i = 0; i < Packets; i++, _sent++)
        {
            double arrival = _sent * 20 / (1 + (Ppm / 1e6));
            for (; _pullMs < arrival; _pullMs += 10)
                _buffer.Pull(Instant.FromMilliseconds(_pullMs), _block, out _);
            var packet = new PlayoutPacket(1, 96, (ushort)_sent, (uint)_sent * 960, false, _payloads[i]);
            _buffer.Insert(packet, Instant.FromMilliseconds(arrival));
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _decoder?.Dispose();
        GC.SuppressFinalize(this);
    }

    private sealed class FreeDecoder : IAudioDecoder
    {
        public int SampleRate => 48000;

        public int RtpClockRate => 48000;

        public bool HasConcealment => false;

        public int PayloadSamples(ReadOnlySpan<byte> payload) => 960;

        public int Decode(ReadOnlySpan<byte> payload, Span<short> pcm) => 960;

        public int DecodeFec(ReadOnlySpan<byte> nextPayload, Span<short> pcm) => 0;

        public int Conceal(Span<short> pcm) => 0;

        public void Reset()
        {
        }

        public void Dispose()
        {
        }
    }
}
