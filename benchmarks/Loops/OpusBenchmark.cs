// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Earshot.Audio.Native;
using Earshot.Media.Codecs.Opus;

namespace Earshot.Benchmarks;

/// <summary>
/// 20 ms of real speech, 32 kbit/s, complexity 5: through our encoder and decoder, and through bare function pointers without a
/// transition of the garbage collector, which is what C pays. Goal: ours ≤ 1.03 × native, 0 B.
/// </summary>
[MemoryDiagnoser]
[MedianColumn]
public unsafe class OpusBenchmark : IDisposable
{
    private const int Frame = 960;
    private readonly SpeechFrames _speech = new(Frame);
    private readonly short[] _pcm = new short[Frame];
    private readonly byte[] _payload = new byte[1275];
    private byte[][] _packets = [];
    private int _packet;
    private OpusEncoder _encoder = null!;
    private OpusDecoder _decoder = null!;
    private OpusEncoderState _bareEncoder = null!;
    private OpusDecoderState _bareDecoder = null!;
    private delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, short*, int, byte*, int, int> _encode;
    private delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte*, int, short*, int, int, int> _decode;
    private delegate* unmanaged[Cdecl]<int, int, int> _frames;
    private delegate* unmanaged[Cdecl, SuppressGCTransition]<int, int, int> _framesWithout;
    private nint _library;

    [GlobalSetup]
    public void Setup()
    {
        _encoder = new OpusEncoder(new OpusEncoderSettings());
        _decoder = new OpusDecoder();
        _library = NativeLibrary.Load(OperatingSystem.IsLinux() ? "libopus.so.0" : NativeLibraries.Opus);
        int error;
        _bareEncoder = OpusNative.CreateEncoder(48000, 1, OpusNative.ApplicationVoip, &error);
        _bareDecoder = OpusNative.CreateDecoder(48000, 1, &error);
        SetAsOurs();
        _encode = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, short*, int, byte*, int, int>)Export("opus_encode");
        _decode = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte*, int, short*, int, int, int>)Export("opus_decode");
        _frames = (delegate* unmanaged[Cdecl]<int, int, int>)Export("opus_encoder_get_size");
        _framesWithout = (delegate* unmanaged[Cdecl, SuppressGCTransition]<int, int, int>)Export("opus_encoder_get_size");
        using var writer = new OpusEncoder(new OpusEncoderSettings());
        _packets = [.. Enumerable.Range(0, _speech.Count).Select(_ => _payload[..writer.Encode(_speech.Next(), _payload)]).Where(p => p.Length > 0)];
    }

    [Benchmark]
    public int Encode() => _encoder.Encode(_speech.Next(), _payload);

    [Benchmark]
    public int EncodeNative()
    {
        fixed (short* pcm = _speech.Next())
        fixed (byte* payload = _payload)
            return _encode(_bareEncoder.DangerousGetHandle(), pcm, Frame, payload, _payload.Length);
    }

    [Benchmark]
    public int Decode() => _decoder.Decode(NextPacket(), _pcm);

    [Benchmark]
    public int DecodeNative()
    {
        var packet = NextPacket();
        fixed (byte* payload = packet)
        fixed (short* pcm = _pcm)
            return _decode(_bareDecoder.DangerousGetHandle(), payload, packet.Length, pcm, Frame, 0);
    }

    /// <summary>A call that refuses its argument at once (0 channels): the transition and nothing else.</summary>
    [Benchmark]
    public int BareCall() => _frames(0, 0);

    /// <summary>The same without a transition, as C calls it.</summary>
    [Benchmark]
    public int BareCallNative() => _framesWithout(0, 0);

    [GlobalCleanup]
    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
        _bareEncoder.Dispose();
        _bareDecoder.Dispose();
        NativeLibrary.Free(_library);
        GC.SuppressFinalize(this);
    }

    // What OpusEncoder sets.
    private void SetAsOurs()
    {
        ReadOnlySpan<(int Request, int Value)> settings =
        [
            (OpusNative.SetSignal, OpusNative.SignalVoice), (OpusNative.SetBitrate, 32000), (OpusNative.SetComplexity, 5), (OpusNative.SetVbr, 1),
            (OpusNative.SetDtx, 0), (OpusNative.SetInbandFec, 0), (OpusNative.SetPacketLossPercent, 0),
            (OpusNative.SetMaxBandwidth, OpusNative.BandwidthNarrow + 4),
        ];
        foreach (var (request, value) in settings)
            if (OpusNative.ControlEncoder(_bareEncoder, request, value) != 0) throw new InvalidOperationException($"libopus refuses {request}.");
    }

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    private byte[] NextPacket() => _packets[_packet = (_packet + 1) % _packets.Length];
}
