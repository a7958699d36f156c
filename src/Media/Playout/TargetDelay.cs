// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>How long a packet that came without extra delay shall wait, so that at most one in a hundred comes too late.</summary>
/// <remarks>
/// The quantile of the histogram, but little more than the worst of the last two seconds: a spike is forgotten at once when it is over.
/// It goes up with the next packet; what has already come too late raises the delay by itself. Thread: playback.
/// </remarks>
internal sealed class TargetDelay(ArrivalHistory history)
{
    /// <summary>A little over 99 %, for what the two-second limit lets through.</summary>
    public const double Share = 0.992;

    /// <summary>A hundred packets often lack the one in a hundred: without this a heavy tail (Pareto 8) has 1.3 % late, with it 0.9 %.</summary>
    public const double BeyondRecent = 1.5;

    private readonly RareSpikes _spikes = new();

    /// <summary>Milliseconds.</summary>
    public double Ms { get; private set; }

    /// <summary>The history has a packet more.</summary>
    /// <param name="nowMs">When it came.</param>
    public void Arrived(double nowMs)
    {
        _spikes.Arrived(history, nowMs);
        double lateness = Math.Min(history.QuantileMs(Share), BeyondRecent * history.RecentMostMs);
        Ms = double.IsNaN(history.LeastMs) ? 0 : _spikes.Without(history, lateness);
    }

    /// <summary>A packet came too late to be played.</summary>
    public void Late() => _spikes.Late();

    /// <summary>A new stream begins.</summary>
    public void Reset()
    {
        _spikes.Reset();
        Ms = 0;
    }
}
