// SPDX-License-Identifier: MIT
namespace Earshot.Media.Codecs.G722;

/// <summary>One sub-band of ITU-T G.722: the adaptive predictor and scale factor that encoder and decoder keep in step.</summary>
/// <remarks>Integer arithmetic as the recommendation's blocks have it, bit for bit; block names are its own. Thread: its codec's.</remarks>
internal sealed class G722Band
{
    private readonly int[] _difference = new int[7]; // DLT: quantized differences, newest first
    private readonly int[] _zeros = new int[7]; // BL: zero section
    private readonly int[] _reconstructed = new int[3]; // RLT
    private readonly int[] _poles = new int[3]; // AL
    private readonly int[] _partial = new int[3]; // PLT
    private int _zeroEstimate; // SZL
    private readonly int _initialScale;
    private readonly int _maxLogScale;
    private readonly int _scaleShift;
    private int _logScale; // NBL

    public G722Band(int initialScale, int maxLogScale, int scaleShift)
    {
        (_initialScale, _maxLogScale, _scaleShift) = (initialScale, maxLogScale, scaleShift);
        Scale = initialScale;
    }

    /// <summary>The predicted sample (SL, SH).</summary>
    public int Prediction { get; private set; }

    /// <summary>The quantizer's scale (DETL, DETH).</summary>
    public int Scale { get; private set; }

    /// <summary>Forgets the past.</summary>
    public void Reset()
    {
        Array.Clear(_difference);
        Array.Clear(_zeros);
        Array.Clear(_reconstructed);
        Array.Clear(_poles);
        Array.Clear(_partial);
        (_zeroEstimate, _logScale, Prediction, Scale) = (0, 0, 0, _initialScale);
    }

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
