// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Earshot.Media.Codecs.G722;

//   difference ─►[ + ]─► reconstructed ─►[ 2 poles ]──┐
//                  ▲                                  ├─► Prediction
//                  │     difference ─►[ 6 zeros ]─────┘
//                  └─────────── Prediction ◄──────────┘
//
//   lane      0    1    2    3    4    5    6    7
//   _zeros    b1   b2   b3   b4   b5   b6   0    0      16 bits each: one instruction adapts all six
//   _past    2d1  2d2  2d3  2d4  2d5  2d6   (older: their coefficients are 0)

/// <summary>One sub-band of ITU-T G.722: the adaptive predictor and scale factor that encoder and decoder keep in step.</summary>
/// <remarks>Integer arithmetic as the recommendation's blocks have it, bit for bit; block names are its own. Thread: its codec's.</remarks>
internal sealed class G722Band
{
    // So many steps of the log scale make one step of the scale.
    private const int LogStep = 6;

    private static readonly Vector128<short> Step = Vector128.Create(128, 128, 128, 128, 128, 128, 0, 0);

    private readonly short[] _scales;
    private readonly int _maxLogScale;
    private Vector128<short> _zeros; // BL
    private Vector128<short> _past; // DLT, doubled
    private int _pole1; // AL
    private int _pole2;
    private int _newest; // RLT, doubled
    private int _older;
    private int _sign1; // PLT: only its signs count
    private int _sign2;
    private int _zeroEstimate; // SZL
    private int _logScale; // NBL

    /// <summary>Makes a band at rest.</summary>
    /// <param name="scaleShift">8 in the lower band, 10 in the upper.</param>
    /// <param name="maxLogScale">Where the log scale ends.</param>
    public G722Band(int scaleShift, int maxLogScale)
    {
        _maxLogScale = maxLogScale;
        _scales = [.. Enumerable.Range(0, (maxLogScale >> LogStep) + 1).Select(log => G722Tables.ScaleOf(log, scaleShift))];
        Scale = _scales[0];
    }

    /// <summary>The predicted sample (SL, SH).</summary>
    public int Prediction { get; private set; }

    /// <summary>The quantizer's scale (DETL, DETH): 8 or 32, at least, to 16384.</summary>
    public int Scale { get; private set; }

    /// <summary>Forgets the past.</summary>
    public void Reset()
    {
        _zeros = _past = default;
        (_pole1, _pole2, _newest, _older, _sign1, _sign2) = (0, 0, 0, 0, 0, 0);
        (_zeroEstimate, _logScale, Prediction, Scale) = (0, 0, 0, _scales[0]);
    }

    /// <summary>LOGSCL/LOGSCH and SCALEL/SCALEH: the scale follows the size of the codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AdaptScale(int step)
    {
        _logScale = Math.Min(Math.Max(((_logScale * 127) >> 7) + step, 0), _maxLogScale);
        Scale = _scales[_logScale >> LogStep];
    }

    /// <summary>Takes the quantized difference, at most 10228 either way, and predicts the next sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update(int difference)
    {
        AdaptPoles((_zeroEstimate + difference) >> 31);
        _older = _newest;
        _newest = Saturate(Saturate(Prediction + difference) * 2);
        AdaptZeros(difference);

        // FILTEP, FILTEZ, PREDIC
        int poles = ((_pole1 * _newest) >> 15) + ((_pole2 * _older) >> 15);
        _zeroEstimate = Saturate(SumOfProducts(_zeros, _past));
        Prediction = Saturate(Saturate(poles) + _zeroEstimate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Saturate(int value) => Math.Min(Math.Max(value, short.MinValue), short.MaxValue);

    // UPPOL2, then UPPOL1: signs of the partial reconstructions steer the two poles inside the triangle of stability.
    // A sign is 0 or −1; two of them differ by xor, and (v ^ m) − m is v or −v without a branch: they are as random as the speech.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AdaptPoles(int sign)
    {
        int unlike1 = sign ^ _sign1;
        int unlike2 = sign ^ _sign2;
        (_sign1, _sign2) = (sign, _sign1);
        int lean = Saturate(_pole1 << 2);
        int push = Math.Min((lean ^ ~unlike1) - ~unlike1, 32767);
        int pole2 = (push >> 7) + ((128 ^ unlike2) - unlike2) + ((_pole2 * 32512) >> 15);
        _pole2 = Math.Min(Math.Max(pole2, -12288), 12288);
        int limit = 15360 - _pole2;
        int pole1 = ((192 ^ unlike1) - unlike1) + ((_pole1 * 32640) >> 15);
        _pole1 = Math.Min(Math.Max(pole1, -limit), limit);
    }

    // UPZERO: each coefficient leaks by 1/256 and moves by 128, towards where its difference had the sign of the new one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AdaptZeros(int difference)
    {
        var zeros = _zeros;
        // (b · 32640) >> 15 is b − ⌈b / 256⌉. After that, neither end of the 16 bits can be passed by 128.
        var leak = Vector128.GreaterThan(zeros & Vector128.Create((short)255), Vector128<short>.Zero) - (zeros >> 8);
        var now = Vector128.Create((short)difference);
        var unlike = (_past ^ now) >> 15;
        var step = Vector128.AndNot(Step, Vector128.Equals(now, Vector128<short>.Zero));
        _zeros = zeros + leak + ((step ^ unlike) - unlike);
        _past = Vector128.Shuffle(_past, Vector128.Create(0, 0, 1, 2, 3, 4, 5, 6)).WithElement(0, (short)(difference * 2));
    }

    // Each product loses its 15 bits before they are added.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SumOfProducts(Vector128<short> a, Vector128<short> b)
    {
        if (!Sse2.IsSupported)
        {
            var (low, high) = (Vector128.WidenLower(a) * Vector128.WidenLower(b), Vector128.WidenUpper(a) * Vector128.WidenUpper(b));
            return Vector128.Sum((low >> 15) + (high >> 15));
        }

        var products = (Sse2.MultiplyHigh(a, b) << 1) | ((a * b) >>> 15);
        return Vector128.Sum(Sse2.MultiplyAddAdjacent(products, Vector128<short>.One));
    }
}
