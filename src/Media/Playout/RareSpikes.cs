// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>Tells single packets that come far later than all others from jitter: they are cheaper to conceal than to wait for.</summary>
/// <remarks>
/// <code>
///   late │        ·                    ·        one in a hundred, alone: concealed, until so many were that
///        │                                      one in a hundred would be passed; then delay makes room for them
///        │· · ·· ·· ·· · ··· · · ··· · ··· ·    what the target follows
/// </code>
/// At 1 % of 120 ms following them means a delay that goes up by 120 ms and down again for every one: worst decile of the delay 83 ms, without 18.
/// Several late packets in a row are a step or a queue, and followed. Thread: playback.
/// </remarks>
internal sealed class RareSpikes
{
    private const double Bulk = 0.96;
    private const double Apart = 3;
    private const double ApartMs = 20;

    /// <summary>A bucket of late packets, and what leaks with each that is on time: 0.9 % in twenty seconds, 0.6 % for good.</summary>
    private const double Most = 3;
    private const double Enough = 1.5;
    private const double Leak = 0.006;

    /// <summary>Packets for which what came several times in a row is no single spike.</summary>
    private const int Remembered = 500;

    /// <summary>As <see cref="TargetDelay.BeyondRecent"/>: a bucket is 2 ms wide, which on a quiet link makes a block of difference.</summary>
    private readonly WindowMinimum _negatedOrdinary = new(4);

    private double _level;
    private bool _full;
    private int _row;
    private int _rowsFor;

    /// <summary>A packet was concealed because it came too late.</summary>
    public void Late() => _level++;

    /// <summary>A packet came.</summary>
    /// <param name="arrivals">How late packets come, this one included.</param>
    /// <param name="nowMs">When.</param>
    public void Arrived(ArrivalHistory arrivals, double nowMs)
    {
        if (arrivals.LatestMs <= ApartMs)
            _negatedOrdinary.Add(nowMs, -arrivals.LatestMs);
        _level = Math.Max(0, _level - Leak);
        _full = _level > (_full ? Enough : Most);
        _row = arrivals.LatestMs > ApartMs && arrivals.LatestMs > arrivals.RecentMostMs / 2 ? _row + 1 : 0;
        _rowsFor = _row > 1 ? Remembered : Math.Max(0, _rowsFor - 1);
    }

    /// <summary>The lateness to be waited for, ms.</summary>
    /// <param name="arrivals">How late packets come.</param>
    /// <param name="quantileMs">What 1 % of them pass.</param>
    public double Without(ArrivalHistory arrivals, double quantileMs)
    {
        if (quantileMs <= ApartMs || _full || _rowsFor > 0)
            return quantileMs;
        double bulk = Math.Min(arrivals.QuantileMs(Bulk), TargetDelay.BeyondRecent * -_negatedOrdinary.Value);
        return quantileMs > (Apart * bulk) + ApartMs ? bulk : quantileMs;
    }

    /// <summary>A new stream begins.</summary>
    public void Reset()
    {
        (_level, _row, _rowsFor) = (0, 0, 0);
        _negatedOrdinary.Reset();
    }
}
