// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>Finds the lag at which sound repeats itself, by normalised correlation: coarse at every fourth sample, then exact around the best.</summary>
internal static class PitchSearch
{
    /// <summary>Shortest lag: 2.5 ms (400 Hz).</summary>
    public const int MinimumLag = 120;

    /// <summary>Longest lag: 15 ms (67 Hz).</summary>
    public const int MaximumLag = 720;

    /// <summary>The lag of greatest likeness between x[at..at+length) and x[at+sign·lag..).</summary>
    /// <param name="x">All samples.</param>
    /// <param name="at">Where the compared part begins.</param>
    /// <param name="length">How much is compared.</param>
    /// <param name="sign">−1 compares with the past, +1 with what follows.</param>
    /// <param name="longest">Longest lag to try; the caller assures that it stays inside <paramref name="x"/>.</param>
    /// <param name="likeness">−1 to 1.</param>
    public static int BestLag(ReadOnlySpan<short> x, int at, int length, int sign, int longest, out float likeness)
    {
        int best = MinimumLag;
        float highest = float.MinValue;
        for (int lag = MinimumLag; lag <= longest; lag += 4)
            Try(x, at, length, sign * lag, lag, 4, ref best, ref highest);
        int around = best;
        highest = float.MinValue;
        for (int lag = Math.Max(MinimumLag, around - 3); lag <= Math.Min(longest, around + 3); lag++)
            Try(x, at, length, sign * lag, lag, 1, ref best, ref highest);
        likeness = highest;
        return best;
    }

    private static void Try(ReadOnlySpan<short> x, int at, int length, int offset, int lag, int step, ref int best, ref float highest)
    {
        float likeness = Likeness(x.Slice(at, length), x.Slice(at + offset, length), step);
        if (likeness <= highest)
            return;
        highest = likeness;
        best = lag;
    }

    private static float Likeness(ReadOnlySpan<short> a, ReadOnlySpan<short> b, int step)
    {
        float ab = 0, aa = 1, bb = 1;
        for (int i = 0; i < a.Length; i += step)
        {
            float x = a[i], y = b[i];
            ab += x * y;
            aa += x * x;
            bb += y * y;
        }
        return ab / MathF.Sqrt(aa * bb);
    }
}
