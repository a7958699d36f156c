// SPDX-License-Identifier: MIT
using System.Numerics;
using Earshot.Audio.Dsp;
using Earshot.Lab.Scoring;

namespace Earshot.Lab.Tests.Scoring;

public class FourierPlanTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(512)]
    [InlineData(2048)]
    public void TwoRealSignalsAtOnceAreAsOneByOneAndComeBack(int size)
    {
        var random = new SeededRandom(5);
        var (a, b) = (Noise(random, size), Noise(random, size));
        var plan = new FourierPlan(size);
        for (var i = 0; i < size; i++) (plan.Re[i], plan.Im[i]) = ((float)a[i].Real, (float)b[i].Real);

        plan.Forward();

        var (first, second) = (a.ToArray(), b.ToArray());
        Fft.Transform(first, inverse: false);
        Fft.Transform(second, inverse: false);
        for (var k = 0; k <= size / 2; k++)
        {
            Assert.True((plan.Conjugates(k).A - first[k]).Magnitude < 1e-4);
            Assert.True((plan.Conjugates(k).B - second[k]).Magnitude < 1e-4);
        }

        plan.Inverse();
        for (var i = 0; i < size; i++)
        {
            Assert.Equal(a[i].Real, plan.Re[i] / size, 1e-5);
            Assert.Equal(b[i].Real, plan.Im[i] / size, 1e-5);
        }
    }

    private static Complex[] Noise(SeededRandom random, int size) =>
        [.. Enumerable.Range(0, size).Select(_ => new Complex((2 * random.NextUnit()) - 1, 0))];
}
