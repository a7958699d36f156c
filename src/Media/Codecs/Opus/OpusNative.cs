// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using Earshot.Audio.Native;

namespace Earshot.Media.Codecs.Opus;

/// <summary>libopus 1.3 or later, as its header declares it.</summary>
/// <remarks>
/// <c>opus_encoder_ctl</c> is variadic; with one int or pointer argument a fixed prototype passes the same registers on x64 and
/// on arm64 Linux and Windows. Apple's arm64 passes variadic arguments on the stack and needs a shim there.
/// </remarks>
internal static unsafe partial class OpusNative
{
    public const int ApplicationVoip = 2048;
    public const int ApplicationLowDelay = 2051;
    public const int SetBitrate = 4002;
    public const int SetMaxBandwidth = 4004;
    public const int SetVbr = 4006;
    public const int SetComplexity = 4010;
    public const int SetInbandFec = 4012;
    public const int SetPacketLossPercent = 4014;
    public const int SetDtx = 4016;
    public const int SetSignal = 4024;
    public const int GetLookahead = 4027;
    public const int ResetState = 4028;
    public const int SignalVoice = 3001;
    public const int BandwidthNarrow = 1101;

    static OpusNative() => NativeLibraries.ResolveFor(typeof(OpusNative).Assembly);

    /// <exception cref="NativeLibraryMissingException">libopus is not there.</exception>
    public static void Require() => NativeLibraries.Require(NativeLibraries.Opus);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_encoder_create")]
    public static partial OpusEncoderState CreateEncoder(int sampleRate, int channels, int application, int* error);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_encoder_destroy")]
    public static partial void DestroyEncoder(nint encoder);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_encode")]
    public static partial int Encode(OpusEncoderState encoder, short* pcm, int samples, byte* payload, int room);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_encoder_ctl")]
    public static partial int ControlEncoder(OpusEncoderState encoder, int request, int value);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_encoder_ctl")]
    public static partial int QueryEncoder(OpusEncoderState encoder, int request, int* value);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_decoder_create")]
    public static partial OpusDecoderState CreateDecoder(int sampleRate, int channels, int* error);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_decoder_destroy")]
    public static partial void DestroyDecoder(nint decoder);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_decode")]
    public static partial int Decode(OpusDecoderState decoder, byte* payload, int length, short* pcm, int samples, int fec);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_decoder_ctl")]
    public static partial int ControlDecoder(OpusDecoderState decoder, int request, int value);
}
