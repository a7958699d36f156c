// SPDX-License-Identifier: MIT
using Earshot.Audio.Dsp;

namespace Earshot.Audio.Tests.Dsp;

public class DriftResamplerTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(440, 1.0005, 70)]
    [InlineData(1000, 0.9995, 70)]
    [InlineData(3400, 1.0005, 64)]
    [InlineData(7000, 1.0001, 65)]
    [InlineData(12000, 0.999, 60)]
    public void ToneKeepsItsShape(double hertz, double ratio, double leastSnr)
    {
        double signal = 0, noise = 0;
        double at = -DriftResampler.Lag;
        Play(hertz, _ => ratio, (sample, used) =>
        {
            double ideal = Tone(hertz, at);
            (signal, noise) = (signal + (ideal * ideal), noise + ((sample - ideal) * (sample - ideal)));
            at += used;
        });
        double snr = 10 * Math.Log10(signal / noise);
        output.WriteLine($"{hertz} Hz at {ratio}: {snr:F1} dB");
        Assert.True(snr >= leastSnr, $"{snr}");
    }

    [Fact]
    public void RatioOneIsACopy()
    {
        double at = -DriftResampler.Lag;
        Play(440, _ => 1, (sample, used) =>
        {
            Assert.Equal((short)Math.Round(Tone(440, at)), sample);
            at += used;
        });
    }

    [Fact]
    public void OneSampleMoreABlockComesBackToACopy()
    {
        double at = -DriftResampler.Lag;
        Play(440, block => block < 100 ? 481 / 480.0 : 1, (sample, used) =>
        {
            if (at > 101 * 481)
                Assert.Equal((short)Math.Round(Tone(440, Math.Round(at))), sample);
            at += used;
        });
    }

    [Fact]
    public void ChangingRatioMakesNoStep()
    {
        int largest = 0, last = int.MaxValue;
        Play(440, block => 1 + (0.0005 * Math.Sin(block / 7.0)), (sample, _) =>
        {
            largest = last == int.MaxValue ? 0 : Math.Max(largest, Math.Abs(sample - last));
            last = sample;
        });
        Assert.True(largest <= 1 + (10000 * 2 * Math.PI * 440 / 48000 * 1.001), $"{largest}");
    }

    [Fact]
    public void ConvertingDoesNotAllocate()
    {
        var resampler = new DriftResampler();
        short[] input = new short[600], output480 = new short[480];
        SteadyState.AllocatesNothing(100, () => resampler.Convert(input, output480, 1.0004));
    }

    private static double Tone(double hertz, double at) => 10000 * Math.Sin(2 * Math.PI * hertz * at / 48000);

    private static void Play(double hertz, Func<int, double> ratio, Action<short, double> heard)
    {
        var resampler = new DriftResampler();
        short[] all = new short[200_000];
        for (int i = 0; i < all.Length; i++)
            all[i] = (short)Math.Round(Tone(hertz, i - DriftResampler.Before));
        short[] block = new short[480];
        int front = DriftResampler.Before;
        for (int n = 0; n < 400; n++)
        {
            double step = ratio(n);
            int needed = resampler.Needed(block.Length, step);
            int taken = resampler.Convert(all.AsSpan(front - DriftResampler.Before, DriftResampler.Before + needed), block, step);
            Assert.InRange(taken, needed - 1, needed);
            front += taken;
            foreach (short sample in block)
                heard(sample, step);
        }
    }
}
