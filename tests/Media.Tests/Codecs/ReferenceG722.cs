// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs.G722;

namespace Earshot.Media.Tests.Codecs;

/// <summary>G.722 as the recommendation writes it, block by block and scalar: what the fast one is held against.</summary>
internal sealed class ReferenceG722(int lowBandBits = 6)
{
    private readonly ReferenceBand _low = new(32, 18432, 8);
    private readonly ReferenceBand _high = new(8, 22528, 10);
    private readonly int[] _history = new int[24];

    public byte[] Encode(ReadOnlySpan<short> pcm)
    {
        var payload = new byte[pcm.Length / 2];
        for (var i = 0; i < payload.Length; i++)
        {
            Split(pcm[2 * i], pcm[(2 * i) + 1], out var low, out var high);
            payload[i] = (byte)((EncodeHigh(high) << 6) | EncodeLow(low));
        }

        return payload;
    }

    public short[] Decode(ReadOnlySpan<byte> payload)
    {
        var pcm = new short[payload.Length * 2];
        for (var i = 0; i < payload.Length; i++)
            Join(DecodeLow(payload[i] & 0x3F), DecodeHigh(payload[i] >> 6), pcm.AsSpan(2 * i, 2));
        return pcm;
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
        var difference = ReferenceBand.Saturate(sample - _low.Prediction);
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
        var difference = ReferenceBand.Saturate(sample - _high.Prediction);
        var magnitude = difference >= 0 ? difference : -(difference + 1);
        var large = magnitude >= (564 * _high.Scale) >> 12;
        var code = (difference < 0, large) switch { (true, false) => 1, (true, true) => 0, (false, false) => 3, _ => 2 };
        var quantized = (_high.Scale * G722Tables.Qm2[code]) >> 15;
        _high.AdaptScale(G722Tables.Wh[G722Tables.Rh2[code]]);
        _high.Update(quantized);
        return code;
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

        pcm[0] = (short)ReferenceBand.Saturate(first >> 11);
        pcm[1] = (short)ReferenceBand.Saturate(second >> 11);
    }
}

/// <summary>One sub-band.</summary>
internal sealed class ReferenceBand
{
    private readonly int[] _difference = new int[7]; // DLT: quantized differences, newest first
    private readonly int[] _zeros = new int[7]; // BL: zero section
    private readonly int[] _reconstructed = new int[3]; // RLT
    private readonly int[] _poles = new int[3]; // AL
    private readonly int[] _partial = new int[3]; // PLT
    private int _zeroEstimate; // SZL
    private readonly int _maxLogScale;
    private readonly int _scaleShift;
    private int _logScale; // NBL

    public ReferenceBand(int initialScale, int maxLogScale, int scaleShift)
    {
        (_maxLogScale, _scaleShift) = (maxLogScale, scaleShift);
        Scale = initialScale;
    }

    /// <summary>The predicted sample (SL, SH).</summary>
    public int Prediction { get; private set; }

    /// <summary>The quantizer's scale (DETL, DETH).</summary>
    public int Scale { get; private set; }

    /// <summary>LOGSCL/LOGSCH and SCALEL/SCALEH: the scale follows the size of the codes.</summary>
    public void AdaptScale(int step)
    {
        _logScale = Math.Clamp(((_logScale * 127) >> 7) + step, 0, _maxLogScale);
        var mantissa = G722Tables.Ilb[(_logScale >> 6) & 31];
        var shift = _scaleShift - (_logScale >> 11);
        Scale = (shift < 0 ? mantissa << -shift : mantissa >> shift) << 2;
    }

    /// <summary>Takes the quantized difference and predicts the next sample.</summary>
    public void Update(int difference)
    {
        _difference[0] = difference;
        _reconstructed[0] = Saturate(Prediction + difference);
        _partial[0] = Saturate(_zeroEstimate + difference);
        var (a1, a2) = AdaptPoles();
        AdaptZeros(difference);
        Shift(_difference);
        Shift(_reconstructed);
        Shift(_partial);
        (_poles[1], _poles[2]) = (a1, a2);
        Predict();
    }

    internal static int Saturate(int value) => Math.Clamp(value, short.MinValue, short.MaxValue);

    // UPPOL2, then UPPOL1: signs of the partial reconstructions steer the two poles inside the triangle of stability.
    private (int A1, int A2) AdaptPoles()
    {
        var sign0 = _partial[0] >> 15;
        var sign1 = _partial[1] >> 15;
        var sign2 = _partial[2] >> 15;
        var lean = Saturate(_poles[1] << 2);
        var push = Math.Min(sign0 == sign1 ? -lean : lean, 32767);
        var a2 = (push >> 7) + (sign0 == sign2 ? 128 : -128) + ((_poles[2] * 32512) >> 15);
        a2 = Math.Clamp(a2, -12288, 12288);
        var a1 = Saturate((sign0 == sign1 ? 192 : -192) + ((_poles[1] * 32640) >> 15));
        var limit = Saturate(15360 - a2);
        return (Math.Clamp(a1, -limit, limit), a2);
    }

    // UPZERO
    private void AdaptZeros(int difference)
    {
        var step = difference == 0 ? 0 : 128;
        var sign = difference >> 15;
        for (var i = 1; i <= 6; i++)
        {
            var push = _difference[i] >> 15 == sign ? step : -step;
            _zeros[i] = Saturate(push + ((_zeros[i] * 32640) >> 15));
        }
    }

    // FILTEP, FILTEZ, PREDIC
    private void Predict()
    {
        var poles = ((_poles[1] * Saturate(_reconstructed[1] * 2)) >> 15) + ((_poles[2] * Saturate(_reconstructed[2] * 2)) >> 15);
        var zeros = 0;
        for (var i = 6; i > 0; i--) zeros += (_zeros[i] * Saturate(_difference[i] * 2)) >> 15;
        _zeroEstimate = Saturate(zeros);
        Prediction = Saturate(Saturate(poles) + _zeroEstimate);
    }

    private static void Shift(int[] line)
    {
        for (var i = line.Length - 1; i > 0; i--) line[i] = line[i - 1];
    }
}
