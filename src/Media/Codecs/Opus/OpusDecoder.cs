// SPDX-License-Identifier: MIT
namespace Earshot.Media.Codecs.Opus;

/// <summary>Opus through libopus, decoded to mono at 48 kHz, with its own concealment and in-band FEC.</summary>
/// <remarks>Thread: playback. Real-time: no member but the constructor and Dispose allocates or locks.</remarks>
internal sealed unsafe class OpusDecoder : IAudioDecoder
{
    private const int MaxSamples = 5760; // 120 ms: the most a packet may hold (RFC 6716 §3.1)
    private readonly OpusDecoderState _decoder;

    /// <exception cref="Audio.Native.NativeLibraryMissingException">libopus is not there.</exception>
    public OpusDecoder()
    {
        OpusNative.Require();
        int error;
        _decoder = OpusNative.CreateDecoder(48000, 1, &error);
        if (_decoder.IsInvalid) throw new InvalidOperationException($"libopus made no decoder (error {error})");
    }

    /// <summary>What libopus holds.</summary>
    internal OpusDecoderState State => _decoder;

    /// <inheritdoc/>
    public int SampleRate => 48000;

    /// <inheritdoc/>
    public int RtpClockRate => 48000;

    /// <inheritdoc/>
    public bool HasConcealment => true;

    /// <inheritdoc/>
    public int PayloadSamples(ReadOnlySpan<byte> payload) => OpusPacket.Samples(payload);

    /// <inheritdoc/>
    public bool CarriesFec(ReadOnlySpan<byte> payload) => OpusPacket.CarriesFec(payload);

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        if (payload.IsEmpty) return -1; // libopus would take it for a loss
        fixed (byte* bytes = payload)
        fixed (short* samples = pcm)
            return Math.Max(-1, OpusNative.Decode(_decoder, bytes, payload.Length, samples, Math.Min(pcm.Length, MaxSamples), 0));
    }

    /// <inheritdoc/>
    public int DecodeFec(ReadOnlySpan<byte> nextPayload, Span<short> pcm)
    {
        if (!OpusPacket.CarriesFec(nextPayload)) return 0;
        fixed (byte* bytes = nextPayload)
        fixed (short* samples = pcm)
            return Math.Max(0, OpusNative.Decode(_decoder, bytes, nextPayload.Length, samples, pcm.Length, 1));
    }

    /// <inheritdoc/>
    /// <remarks>libopus conceals in steps of 2.5 ms: what is left over at the end is zero.</remarks>
    public int Conceal(Span<short> pcm)
    {
        var whole = Math.Min(pcm.Length - (pcm.Length % 120), MaxSamples);
        fixed (short* samples = pcm)
        {
            var made = whole == 0 ? 0 : OpusNative.Decode(_decoder, null, 0, samples, whole, 0);
            if (made < 0) made = 0;
            pcm[made..].Clear();
        }

        return pcm.Length;
    }

    /// <inheritdoc/>
    public void Reset() => _ = OpusNative.ControlDecoder(_decoder, OpusNative.ResetState, 0);

    public void Dispose() => _decoder.Dispose();
}
