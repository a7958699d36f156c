// SPDX-License-Identifier: MIT
namespace Earshot.Media.Codecs.G722;

/// <summary>ITU-T G.722 decoded to 16 kHz, in the modes of 64, 56 and 48 kbit/s.</summary>
/// <remarks>
/// The slower modes take their bits from the lower band's low end; on the wire a payload is always 64 kbit/s (RFC 3551 §4.5.2).
/// Thread: playback. Real-time.
/// </remarks>
/// <param name="lowBandBits">Bits of each octet that are the lower band's: 6 (64 kbit/s), 5 (56) or 4 (48).</param>
internal sealed class G722Decoder(int lowBandBits = 6) : IAudioDecoder
{
    private readonly G722Band _low = new(32, 18432, 8);
    private readonly G722Band _high = new(8, 22528, 10);
    private readonly int[] _history = new int[24];

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
        for (var i = 0; i < payload.Length; i++)
            Join(DecodeLow(payload[i] & 0x3F), DecodeHigh(payload[i] >> 6), pcm.Slice(2 * i, 2));
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
        Array.Clear(_history);
    }

    public void Dispose()
    {
    }

    private int DecodeLow(int code)
    {
        var level = lowBandBits switch
        {
            6 => G722Tables.Qm6[code],
            5 => G722Tables.Qm5[code >> 1],
            _ => G722Tables.Qm4[code >> 2],
        };
        var sample = Math.Clamp(_low.Prediction + ((_low.Scale * level) >> 15), -16384, 16383);
        var coarse = code >> 2;
        var quantized = (_low.Scale * G722Tables.Qm4[coarse]) >> 15;
        _low.AdaptScale(G722Tables.Wl[G722Tables.Rl42[coarse]]);
        _low.Update(quantized);
        return sample;
    }

    private int DecodeHigh(int code)
    {
        var quantized = (_high.Scale * G722Tables.Qm2[code]) >> 15;
        var sample = Math.Clamp(_high.Prediction + quantized, -16384, 16383);
        _high.AdaptScale(G722Tables.Wh[G722Tables.Rh2[code]]);
        _high.Update(quantized);
        return sample;
    }

    private void Join(int low, int high, Span<short> pcm)
    {
        var x = _history;
        Array.Copy(x, 2, x, 0, 22);
        (x[22], x[23]) = (low + high, low - high);
        int first = 0, second = 0;
        for (var i = 0; i < 12; i++)
        {
            second += x[2 * i] * G722Tables.Qmf[i];
            first += x[(2 * i) + 1] * G722Tables.Qmf[11 - i];
        }

        pcm[0] = (short)G722Band.Saturate(first >> 11);
        pcm[1] = (short)G722Band.Saturate(second >> 11);
    }
}
