// SPDX-License-Identifier: MIT
using Earshot.Lab.Links;

namespace Earshot.Lab.Tests.Links;

/// <summary>Each model draws the distribution that its name promises, by seed.</summary>
public sealed class JitterModelTests
{
    private const int Draws = 200_000;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void UniformIsFlatFromZeroToItsMost(int seed)
    {
        var drawn = Draw(new UniformJitter(40), seed);
        Assert.InRange(drawn.Average(), 19.8, 20.2);
        Assert.InRange(At(drawn, 0.25), 9.8, 10.2);
        Assert.InRange(At(drawn, 0.99), 39.4, 39.8);
        Assert.All(drawn, ms => Assert.InRange(ms, 0, 40));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void NormalIsFoldedAtZero(int seed)
    {
        // The quantiles of |N(0,1)|: 0.6745 at a half, 1.9600 at 95 %, 2.5758 at 99 %; mean √(2/π).
        var drawn = Draw(new NormalJitter(15), seed);
        Assert.InRange(drawn.Average(), 15 * 0.793, 15 * 0.803);
        Assert.InRange(At(drawn, 0.5), 15 * 0.665, 15 * 0.684);
        Assert.InRange(At(drawn, 0.95), 15 * 1.94, 15 * 1.98);
        Assert.InRange(At(drawn, 0.99), 15 * 2.53, 15 * 2.62);
        Assert.True(drawn[0] >= 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void ParetoHasALongTailThatEndsAtTwentyScales(int seed)
    {
        // Q(u) = (1 − u)^(−0.4) − 1: 0.3195 at a half, 2.3145 at 95 %, 5.3096 at 99 %.
        var drawn = Draw(new ParetoJitter(8), seed);
        Assert.InRange(At(drawn, 0.5), 8 * 0.315, 8 * 0.324);
        Assert.InRange(At(drawn, 0.95), 8 * 2.25, 8 * 2.38);
        Assert.InRange(At(drawn, 0.99), 8 * 5.1, 8 * 5.55);
        Assert.Equal(160, drawn[^1], 9);
        Assert.True(drawn[0] >= 0);
    }

    [Fact]
    public void SpikesHaveOneHeightAndTheirShare()
    {
        var drawn = Draw(new SpikeJitter(0.01, 120), seed: 3);
        Assert.All(drawn, ms => Assert.True(ms is 0 or 120));
        Assert.InRange(drawn.Count(ms => ms == 120) / (double)Draws, 0.0093, 0.0107);
    }

    [Fact]
    public void ATraceIsPlayedOverAndOver()
    {
        var trace = new TraceJitter([5, 0, 12.5]);
        var dice = new SeededRandom(1);
        Assert.Equal([5, 0, 12.5, 5, 0, 12.5, 5], Enumerable.Range(0, 7).Select(i => trace.NextMs(dice, i)));
    }

    [Fact]
    public void AStepBeginsWithItsPacket()
    {
        var step = new StepJitter(3, 60);
        var dice = new SeededRandom(1);
        Assert.Equal([0, 0, 0, 60, 60], Enumerable.Range(0, 5).Select(i => step.NextMs(dice, i)));
    }

    private static double[] Draw(IJitterModel model, int seed)
    {
        var dice = new SeededRandom((ulong)seed);
        return [.. Enumerable.Range(0, Draws).Select(i => model.NextMs(dice, i)).Order()];
    }

    private static double At(double[] sorted, double share) => sorted[(int)(share * sorted.Length)];
}
