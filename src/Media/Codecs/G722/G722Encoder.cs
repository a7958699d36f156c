// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;

namespace Earshot.Media.Codecs.G722;

/// <summary>ITU-T G.722 at 64 kbit/s: 16 kHz in two sub-bands, six bits of ADPCM for the lower, two for the upper.</summary>
/// <remarks>Bit-exact against the recommendation's test sequences. Thread: one media worker at a time. Real-time.</remarks>
internal sealed class G722Encoder : IAudioEncoder
{
    private const int Chunk = 320; // 20 ms

    private readonly G722Band _low = new(8, 18432);
    private readonly G722Band _high = new(10, 22528);
    private readonly short[] _window = new short[G722Mirror.Past + Chunk];

    /// <inheritdoc/>
    public int SampleRate => 16000;

    /// <inheritdoc/>
    /// <remarks>8000 although the sound is 16 kHz: RFC 3551 §4.5.2 keeps an old mistake for the sake of all who followed it.</remarks>
    public int RtpClockRate => 8000;

    /// <inheritdoc/>
    public int Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        if (pcm.IsEmpty || (pcm.Length & 1) != 0 || payload.Length < pcm.Length / 2) return -1;
        for (var at = 0; at < pcm.Length; at += Chunk)
        {
            var part = pcm.Slice(at, Math.Min(Chunk, pcm.Length - at));
            EncodeChunk(part, payload.Slice(at / 2, part.Length / 2));
        }

        return pcm.Length / 2;
    }

    public void Dispose()
    {
    }

    /// <summary>One sample of the lower band to its six bits; within 15 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int EncodeLow(int sample)
    {
        var difference = G722Band.Saturate(sample - _low.Prediction);
        var sign = difference >> 31;
        // QUANTL asks for the first level L with magnitude < (L · scale) >> 12: the greatest L below that, by one division.
        var level = Math.Min(((((difference ^ sign) + 1) << 12) - 1) / _low.Scale, G722Tables.TopLevel);
        int code = G722Tables.LowCodes[level - (sign & -G722Tables.LevelCount)];
        var quantized = (_low.Scale * G722Tables.Qm4[code >> 2]) >> 15;
        _low.AdaptScale(G722Tables.LowSteps[code >> 2]);
        _low.Update(quantized);
        return code;
    }

    private void EncodeChunk(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        var window = _window.AsSpan();
        pcm.CopyTo(window[G722Mirror.Past..]);
        for (var i = 0; i < payload.Length; i++)
        {
            var (low, high) = G722Mirror.Split(window[(2 * i)..]);
            payload[i] = (byte)((EncodeHigh(high) << 6) | EncodeLow(low));
        }

        window.Slice(pcm.Length, G722Mirror.Past).CopyTo(window);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int EncodeHigh(int sample)
    {
        var difference = G722Band.Saturate(sample - _high.Prediction);
        var sign = difference >> 31;
        var isLarge = (difference ^ sign) >= (564 * _high.Scale) >> 12 ? 1 : 0;
        var code = 3 + (2 * sign) - isLarge;
        var quantized = (_high.Scale * G722Tables.Qm2[code]) >> 15;
        _high.AdaptScale(G722Tables.HighSteps[code]);
        _high.Update(quantized);
        return code;
    }
}
