// SPDX-License-Identifier: MIT
using Earshot.Media.Playout;

namespace Earshot.Media.Tests.Playout;

/// <summary>How long packets wait where holes can be mended.</summary>
public class RepairWaitTests
{
    private readonly RepairWait _wait = new();
    private readonly ArrivalHistory _arrivals = new();

    [Fact]
    public void FarCopiesAreWaitedForAsFarAsTheyCome()
    {
        Assert.Equal(0, _wait.TargetMs(0, _arrivals, 20));
        LoseInBursts(copies: 4);
        Assert.Equal(80, _wait.TargetMs(0, _arrivals, 20));
        LoseInBursts(copies: 2);
        Assert.Equal(40, _wait.TargetMs(0, _arrivals, 20));
        LoseInBursts(copies: 150);
        Assert.Equal(80, _wait.TargetMs(0, _arrivals, 20));
    }

    /// <summary>Behind a long pause no arrival is known, and so no copy's lateness.</summary>
    [Fact]
    public void ACopyOfUnknownLatenessChangesNothing()
    {
        LoseInBursts(copies: 4);
        _wait.Copied(double.NaN);
        Assert.Equal(80, _wait.TargetMs(0, _arrivals, 20));
    }

    private void LoseInBursts(double copies)
    {
        for (int i = 0; i < 60; i++)
        {
            _wait.Missed(3);
            _wait.Carries(repair: true);
            _wait.Copied(1);
            _wait.Copied(copies);
            for (int heard = 0; heard < 20; heard++)
            {
                _wait.Missed(0);
                _wait.Carries(repair: true);
            }
        }
    }
}
