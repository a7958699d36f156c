// SPDX-License-Identifier: MIT
using Earshot.Media.Diagnostics;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Diagnostics;

public class RecentReadingsTests
{
    private readonly RecentReadings<long> _readings = new();

    [Fact]
    public void TheWindowIsTheLastTenSecondsHoweverLongTheCall()
    {
        for (int second = 0; second < 500; second++)
        {
            Assert.True(_readings.IsDue(At(second)));
            long then = _readings.Take(At(second), 100 * second);
            Assert.Equal(100 * Math.Min(second, 10), (100 * second) - then);
        }
    }

    [Fact]
    public void ItTicksByTheTimeItIsTold()
    {
        _readings.Take(At(5), 1);
        Assert.False(_readings.IsDue(At(5.99)));
        Assert.True(_readings.IsDue(At(6)));
        // A minute on hold is no time of the call.
        Assert.True(_readings.IsDue(At(66)));
        Assert.Equal(1, _readings.Take(At(66), 2));
        Assert.False(_readings.IsDue(At(66.5)));
    }

    [Fact]
    public void CountersThatBeginAnewAreNotComparedWithTheOld()
    {
        for (int second = 0; second < 20; second++)
            _readings.Take(At(second), 1000);
        _readings.Reset();
        Assert.True(_readings.IsDue(At(0)));
        Assert.Equal(3, _readings.Take(At(20), 3));
    }

    private static Instant At(double seconds) => Instant.FromMilliseconds(1000 * seconds);
}
