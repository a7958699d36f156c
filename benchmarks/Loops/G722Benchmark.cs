// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Earshot.Media.Codecs.G722;

namespace Earshot.Benchmarks;

/// <summary>20 ms of real speech at 16 kHz through G.722 at 64 kbit/s, ours and libspandsp (Debian: libspandsp2). Goal: 0 B.</summary>
/// <remarks>Benchmarks only: the product calls no libspandsp.</remarks>
[MemoryDiagnoser]
[MedianColumn]
public unsafe partial class G722Benchmark : IDisposable
{
    private const string Library = "libspandsp.so.2";
    private readonly SpeechFrames _speech = new(320, 16000);
    private readonly short[] _pcm = new short[320];
    private readonly byte[] _payload = new byte[160];
    private readonly G722Encoder _encoder = new();
    private readonly G722Decoder _decoder = new();
    private byte[][] _packets = [];
    private int _packet;
    private nint _theirEncoder;
    private nint _theirDecoder;

    [GlobalSetup]
    public void Setup()
    {
        using var writer = new G722Encoder();
        _packets = [.. Enumerable.Range(0, _speech.Count).Select(_ => _payload[..writer.Encode(_speech.Next(), _payload)])];
        if (!NativeLibrary.TryLoad(Library, out _)) return;
        _theirEncoder = InitEncoder(0, 64000, 0);
        _theirDecoder = InitDecoder(0, 64000, 0);
    }

    [Benchmark]
    public int Encode() => _encoder.Encode(_speech.Next(), _payload);

    [Benchmark]
    public int SpandspEncode()
    {
        Check(_theirEncoder);
        fixed (short* pcm = _speech.Next())
        fixed (byte* payload = _payload)
            return Encode(_theirEncoder, payload, pcm, 320);
    }

    [Benchmark]
    public int Decode() => _decoder.Decode(NextPacket(), _pcm);

    [Benchmark]
    public int SpandspDecode()
    {
        Check(_theirDecoder);
        fixed (byte* payload = NextPacket())
        fixed (short* pcm = _pcm)
            return Decode(_theirDecoder, pcm, payload, 160);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
        if (_theirEncoder != 0) _ = FreeEncoder(_theirEncoder);
        if (_theirDecoder != 0) _ = FreeDecoder(_theirDecoder);
        GC.SuppressFinalize(this);
    }

    private static void Check(nint state)
    {
        if (state == 0) throw new InvalidOperationException("libspandsp.so.2 is not installed (Debian: libspandsp2).");
    }

    private byte[] NextPacket() => _packets[_packet = (_packet + 1) % _packets.Length];

    [LibraryImport(Library, EntryPoint = "g722_encode_init")]
    private static partial nint InitEncoder(nint state, int rate, int options);

    [LibraryImport(Library, EntryPoint = "g722_encode")]
    private static partial int Encode(nint state, byte* payload, short* pcm, int samples);

    [LibraryImport(Library, EntryPoint = "g722_encode_free")]
    private static partial int FreeEncoder(nint state);

    [LibraryImport(Library, EntryPoint = "g722_decode_init")]
    private static partial nint InitDecoder(nint state, int rate, int options);

    [LibraryImport(Library, EntryPoint = "g722_decode")]
    private static partial int Decode(nint state, short* pcm, byte* payload, int length);

    [LibraryImport(Library, EntryPoint = "g722_decode_free")]
    private static partial int FreeDecoder(nint state);
}
