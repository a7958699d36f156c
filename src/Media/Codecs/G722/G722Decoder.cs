// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;

namespace Earshot.Media.Codecs.G722;

/// <summary>ITU-T G.722 decoded to 16 kHz, in the modes of 64, 56 and 48 kbit/s.</summary>
/// <remarks>
/// The slower modes take their bits from the lower band's low end; on the wire a payload is always 64 kbit/s (RFC 3551 §4.5.2).
/// Thread: playback. Real-time.
/// </remarks>
/// <param name="lowBandBits">Bits of each octet that are the lower band's: 6 (64 kbit/s), 5 (56) or 4 (48).</param>
internal sealed class G722Decoder(int lowBandBits = 6) : IAudioDecoder
{
    private const int Past = G722Mirror.Past / 2;
    private const int Chunk = 160; // 20 ms

    private readonly short[] _sums = new short[Past + Chunk];
    private readonly short[] _differences = new short[Past + Chunk];
    private readonly short[] _levels = G722Tables.LowLevels(lowBandBits);
    private readonly G722Band _low = new(8, 18432);
    private readonly G722Band _high = new(10, 22528);

    /// <inheritdoc/>
    public int SampleRate => 16000;

    /// <inheritdoc/>
    public int RtpClockRate => 8000;

    /// <inheritdoc/>
    public bool HasConcealment => false;

    /// <inheritdoc/>
    public int PayloadSamples(ReadOnlySpan<byte> payload) => payload.IsEmpty ? -1 : payload.Length * 2;

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        if (payload.IsEmpty || pcm.Length < payload.Length * 2) return -1;
        for (var at = 0; at < payload.Length; at += Chunk)
        {
            var part = payload.Slice(at, Math.Min(Chunk, payload.Length - at));
            DecodeBands(part);
            Join(pcm.Slice(2 * at, 2 * part.Length));
        }

        return payload.Length * 2;
    }

    /// <inheritdoc/>
    public int DecodeFec(ReadOnlySpan<byte> nextPayload, Span<short> pcm) => 0;

    /// <inheritdoc/>
    public int Conceal(Span<short> pcm)
    {
        pcm.Clear();
        return pcm.Length;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _low.Reset();
        _high.Reset();
        Array.Clear(_sums);
        Array.Clear(_differences);
    }

    public void Dispose()
    {
    }

    /// <summary>Six bits to one sample of the lower band, within 15 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int DecodeLow(int code)
    {
        var sample = Limit(_low.Prediction + ((_low.Scale * _levels[code & 63]) >> 15));
        var coarse = (code & 63) >> 2;
        var quantized = (_low.Scale * G722Tables.Qm4[coarse]) >> 15;
        _low.AdaptScale(G722Tables.LowSteps[coarse]);
        _low.Update(quantized);
        return sample;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int DecodeHigh(int code)
    {
        var quantized = (_high.Scale * G722Tables.Qm2[code & 3]) >> 15;
        var sample = Limit(_high.Prediction + quantized);
        _high.AdaptScale(G722Tables.HighSteps[code & 3]);
        _high.Update(quantized);
        return sample;
    }

    // Apart from the filter: what two narrow stores have just written, one wide load must wait for.
    private void DecodeBands(ReadOnlySpan<byte> payload)
    {
        var sums = _sums.AsSpan(Past, payload.Length);
        var differences = _differences.AsSpan(Past, payload.Length);
        for (var i = 0; i < payload.Length; i++)
        {
            var low = DecodeLow(payload[i]);
            var high = DecodeHigh(payload[i] >> 6);
            sums[i] = (short)(low + high);
            differences[i] = (short)(low - high);
        }
    }

    private void Join(Span<short> pcm)
    {
        var sums = _sums.AsSpan();
        var differences = _differences.AsSpan();
        var count = pcm.Length / 2;
        for (var i = 0; i < count; i++)
        {
            var (first, second) = G722Mirror.Join(sums[i..], differences[i..]);
            pcm[2 * i] = (short)G722Band.Saturate(first);
            pcm[(2 * i) + 1] = (short)G722Band.Saturate(second);
        }

        sums.Slice(count, Past).CopyTo(sums);
        differences.Slice(count, Past).CopyTo(differences);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Limit(int value) => Math.Min(Math.Max(value, -16384), 16383);
}
