// SPDX-License-Identifier: MIT
namespace Earshot.Media.Codecs.G722;

/// <summary>ITU-T G.722 at 64 kbit/s: 16 kHz in two sub-bands, six bits of ADPCM for the lower, two for the upper.</summary>
/// <remarks>Bit-exact against the recommendation's test sequences. Thread: one media worker at a time. Real-time.</remarks>
internal sealed class G722Encoder : IAudioEncoder
{
    private readonly G722Band _low = new(32, 18432, 8);
    private readonly G722Band _high = new(8, 22528, 10);
    private readonly int[] _history = new int[24];

    /// <inheritdoc/>
    public int SampleRate => 16000;

    /// <inheritdoc/>
    /// <remarks>8000 although the sound is 16 kHz: RFC 3551 §4.5.2 keeps an old mistake for the sake of all who followed it.</remarks>
    public int RtpClockRate => 8000;

    /// <inheritdoc/>
    public int Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        if (pcm.IsEmpty || (pcm.Length & 1) != 0 || payload.Length < pcm.Length / 2) return -1;
        for (var i = 0; i < pcm.Length / 2; i++)
        {
            Split(pcm[2 * i], pcm[(2 * i) + 1], out var low, out var high);
            payload[i] = (byte)((EncodeHigh(high) << 6) | EncodeLow(low));
        }

        return pcm.Length / 2;
    }

    public void Dispose()
    {
    }

    private void Split(short first, short second, out int low, out int high)
    {
        var x = _history;
        Array.Copy(x, 2, x, 0, 22);
        (x[22], x[23]) = (first, second);
        int odd = 0, even = 0;
        for (var i = 0; i < 12; i++)
        {
            odd += x[2 * i] * G722Tables.Qmf[i];
            even += x[(2 * i) + 1] * G722Tables.Qmf[11 - i];
        }

        low = (even + odd) >> 14;
        high = (even - odd) >> 14;
    }

    private int EncodeLow(int sample)
    {
        var difference = G722Band.Saturate(sample - _low.Prediction);
        var magnitude = difference >= 0 ? difference : -(difference + 1);
        var level = 1;
        while (level < 30 && magnitude >= (G722Tables.Q6[level] * _low.Scale) >> 12) level++;
        var code = difference < 0 ? G722Tables.Iln[level] : G722Tables.Ilp[level];
        var coarse = code >> 2;
        var quantized = (_low.Scale * G722Tables.Qm4[coarse]) >> 15;
        _low.AdaptScale(G722Tables.Wl[G722Tables.Rl42[coarse]]);
        _low.Update(quantized);
        return code;
    }

    private int EncodeHigh(int sample)
    {
        var difference = G722Band.Saturate(sample - _high.Prediction);
        var magnitude = difference >= 0 ? difference : -(difference + 1);
        var large = magnitude >= (564 * _high.Scale) >> 12;
        var code = (difference < 0, large) switch { (true, false) => 1, (true, true) => 0, (false, false) => 3, _ => 2 };
        var quantized = (_high.Scale * G722Tables.Qm2[code]) >> 15;
        _high.AdaptScale(G722Tables.Wh[G722Tables.Rh2[code]]);
        _high.Update(quantized);
        return code;
    }
}
