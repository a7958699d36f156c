// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Earshot.Media.Codecs.G722;

/// <summary>The 24-tap quadrature mirror filter of ITU-T G.722, which parts the two bands and joins them.</summary>
/// <remarks>Products of 16 bits, added in 32: any order gives the same sum. Pure.</remarks>
internal static class G722Mirror
{
    /// <summary>Samples that a window holds before the newest pair.</summary>
    public const int Past = 22;

    // Split: the older sample of each pair and the newer in turn; in the difference the older ones count negative.
    private static readonly Vector128<short> Sum0 = Taps(0, i => Both(i, 1));
    private static readonly Vector128<short> Sum1 = Taps(8, i => Both(i, 1));
    private static readonly Vector128<short> Sum2 = Taps(16, i => Both(i, 1));
    private static readonly Vector128<short> Difference0 = Taps(0, i => Both(i, -1));
    private static readonly Vector128<short> Difference1 = Taps(8, i => Both(i, -1));
    private static readonly Vector128<short> Difference2 = Taps(16, i => Both(i, -1));

    // Join: twelve taps, as the first eight and the last eight, of which four are new.
    private static readonly Vector128<short> Older0 = Taps(0, i => G722Tables.Qmf[i]);
    private static readonly Vector128<short> Older1 = Taps(4, i => i < 8 ? 0 : G722Tables.Qmf[i]);
    private static readonly Vector128<short> Newer0 = Taps(0, i => G722Tables.Qmf[11 - i]);
    private static readonly Vector128<short> Newer1 = Taps(4, i => i < 8 ? 0 : G722Tables.Qmf[11 - i]);

    /// <summary>The lower and the upper band's sample of a window's first 24 samples.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (int Low, int High) Split(ReadOnlySpan<short> window)
    {
        var (a, b, c) = (Vector128.Create(window), Vector128.Create(window[8..]), Vector128.Create(window[16..]));
        var low = Products(a, Sum0) + Products(b, Sum1) + Products(c, Sum2);
        var high = Products(a, Difference0) + Products(b, Difference1) + Products(c, Difference2);
        return (Vector128.Sum(low) >> 14, Vector128.Sum(high) >> 14);
    }

    /// <summary>The two samples of the first twelve sums and differences of the bands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (int First, int Second) Join(ReadOnlySpan<short> sums, ReadOnlySpan<short> differences)
    {
        var first = Products(Vector128.Create(differences), Newer0) + Products(Vector128.Create(differences[4..]), Newer1);
        var second = Products(Vector128.Create(sums), Older0) + Products(Vector128.Create(sums[4..]), Older1);
        return (Vector128.Sum(first) >> 11, Vector128.Sum(second) >> 11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Products(Vector128<short> a, Vector128<short> b) => Sse2.IsSupported
        ? Sse2.MultiplyAddAdjacent(a, b)
        : (Vector128.WidenLower(a) * Vector128.WidenLower(b)) + (Vector128.WidenUpper(a) * Vector128.WidenUpper(b));

    private static int Both(int i, int sign) => i % 2 == 0 ? sign * G722Tables.Qmf[i / 2] : G722Tables.Qmf[11 - (i / 2)];

    private static Vector128<short> Taps(int first, Func<int, int> tap) =>
        Vector128.Create([.. Enumerable.Range(first, 8).Select(i => (short)tap(i))]);
}
