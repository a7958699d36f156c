// SPDX-License-Identifier: MIT
namespace Earshot.Media.Codecs.G722;

/// <summary>The tables of ITU-T G.722, under the recommendation's own names.</summary>
internal static class G722Tables
{
    // Arrays, not ReadOnlySpan properties: those of short allocate at each use in unoptimized code.

    /// <summary>Decision levels of the 60-level quantizer, both signs alike.</summary>
    public static readonly short[] Q6 =
    [
        0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714,
        786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
    ];

    /// <summary>Codes of the lower band for negative differences.</summary>
    public static readonly byte[] Iln =
    [
        0, 63, 62, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 0,
    ];

    /// <summary>Codes of the lower band for positive differences.</summary>
    public static readonly byte[] Ilp =
    [
        0, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32, 0,
    ];

    /// <summary>Steps of the lower band's log scale.</summary>
    public static readonly short[] Wl = [-60, -30, 58, 172, 334, 538, 1198, 3042];

    /// <summary>Which step a 4-bit code of the lower band takes.</summary>
    public static readonly byte[] Rl42 = [0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0];

    /// <summary>Steps of the upper band's log scale.</summary>
    public static readonly short[] Wh = [0, -214, 798];

    /// <summary>Which step a code of the upper band takes.</summary>
    public static readonly byte[] Rh2 = [2, 1, 2, 1];

    /// <summary>Mantissas of the log-to-linear conversion: 2048·2^(i/32).</summary>
    public static readonly short[] Ilb =
    [
        2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
        2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
    ];

    /// <summary>Output levels of the upper band.</summary>
    public static readonly short[] Qm2 = [-7408, -1616, 7408, 1616];

    /// <summary>Output levels of the lower band by 4 bits: what adapts both sides, and the 48 kbit/s mode.</summary>
    public static readonly short[] Qm4 =
    [
        0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0,
    ];

    /// <summary>Output levels of the lower band by 5 bits: the 56 kbit/s mode.</summary>
    public static readonly short[] Qm5 =
    [
        -280, -280, -23352, -17560, -14120, -11664, -9752, -8184, -6864, -5712, -4696, -3784, -2960, -2208, -1520, -880,
        23352, 17560, 14120, 11664, 9752, 8184, 6864, 5712, 4696, 3784, 2960, 2208, 1520, 880, 280, -280,
    ];

    /// <summary>Output levels of the lower band by 6 bits: the 64 kbit/s mode.</summary>
    public static readonly short[] Qm6 =
    [
        -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
        -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
        24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
        4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
    ];

    /// <summary>Half of the symmetric 24-tap quadrature mirror filter.</summary>
    public static readonly short[] Qmf = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];

    /// <summary>The greatest decision level.</summary>
    public const int TopLevel = 2919;

    /// <summary>How many thresholds <see cref="LowCodes"/> tells apart for each sign.</summary>
    public const int LevelCount = TopLevel + 1;

    /// <summary>The lower band's code by the greatest threshold not above the magnitude; negative differences in the second half.</summary>
    public static readonly byte[] LowCodes = [.. CodesOf(Ilp), .. CodesOf(Iln)];

    /// <summary>Step of the log scale by a 4-bit code of the lower band.</summary>
    public static readonly short[] LowSteps = [.. Rl42.Select(i => Wl[i])];

    /// <summary>Step of the log scale by a code of the upper band.</summary>
    public static readonly short[] HighSteps = [.. Rh2.Select(i => Wh[i])];

    /// <summary>Output levels of the lower band by all of its six bits, of which a mode uses so many.</summary>
    public static short[] LowLevels(int bits) =>
        [.. Enumerable.Range(0, 64).Select(code => bits switch { 6 => Qm6[code], 5 => Qm5[code >> 1], _ => Qm4[code >> 2] })];

    /// <summary>The scale of a log scale, in steps of 64 (SCALEL, SCALEH).</summary>
    public static short ScaleOf(int log, int shift)
    {
        int mantissa = Ilb[log & 31];
        shift -= log >> 5;
        return (short)((shift < 0 ? mantissa << -shift : mantissa >> shift) << 2);
    }

    private static IEnumerable<byte> CodesOf(byte[] codes) =>
        Enumerable.Range(0, LevelCount).Select(threshold => codes[1 + Q6.Skip(1).Count(level => level <= threshold)]);
}
