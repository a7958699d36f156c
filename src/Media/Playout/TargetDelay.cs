// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>How long a packet that came without extra delay shall wait, so that at most one in a hundred comes too late.</summary>
/// <remarks>
/// The quantile of the histogram, but little more than the worst of the last two seconds: a spike is forgotten at once when it is over.
/// It goes up with the next packet; what has already come too late raises the delay by itself. Thread: playback.
/// </remarks>
internal static class TargetDelay
{
    /// <summary>A little over 99 %, for what the two-second limit lets through.</summary>
    public const double Share = 0.992;

    /// <summary>A hundred packets often lack the one in a hundred: without this a heavy tail (Pareto 8) has 1.3 % late, with it 0.9 %.</summary>
    private const double BeyondRecent = 1.5;

    /// <summary>Milliseconds.</summary>
    public static double From(ArrivalHistory history)
    {
        if (double.IsNaN(history.LeastMs))
            return 0;
        return Math.Min(history.QuantileMs(Share), BeyondRecent * history.RecentMostMs);
    }
}
