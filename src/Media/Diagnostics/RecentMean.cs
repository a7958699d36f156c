// SPDX-License-Identifier: MIT
namespace Earshot.Media.Diagnostics;

/// <summary>The mean of the last second or more of a sum that only grows: what a delay is now, not what it was on average since the call began.</summary>
/// <remarks>Thread: any; a lock that no real-time thread takes.</remarks>
internal sealed class RecentMean(long window)
{
    private readonly Lock _gate = new();
    private double _sumBefore;
    private long _countBefore;
    private double? _mean;

    /// <summary>Reads the mean.</summary>
    /// <param name="sum">The sum now.</param>
    /// <param name="count">What it sums over.</param>
    /// <returns>Null before anything was counted.</returns>
    public double? Read(double sum, long count)
    {
        lock (_gate)
        {
            long step = count - _countBefore;
            if (step >= window || (_mean is null && step > 0))
            {
                _mean = (sum - _sumBefore) / step;
                (_sumBefore, _countBefore) = (sum, count);
            }

            return _mean;
        }
    }
}
