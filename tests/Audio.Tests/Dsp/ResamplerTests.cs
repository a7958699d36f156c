// SPDX-License-Identifier: MIT
using Earshot.Audio.Dsp;

namespace Earshot.Audio.Tests.Dsp;

/// <summary>The resampler by tones: what passes, what is gone, when it comes, and that pieces do not matter.</summary>
public sealed class ResamplerTests
{
    public static TheoryData<int, int> Rates => new()
    {
        { 8000, 48000 }, { 16000, 48000 }, { 48000, 8000 }, { 48000, 16000 }, { 44100, 48000 }, { 48000, 44100 }, { 48000, 32000 },
    };

    [Theory]
    [MemberData(nameof(Rates))]
    public void PassBandIsFlatAndClean(int from, int to)
    {
        foreach (var part in (double[])[0.01, 0.1, 0.25, 0.35, 0.4, 0.45])
        {
            var hertz = part * Math.Min(from, to);
            var (gain, rest) = Measure(Converted(from, to, hertz), to, hertz);
            Assert.InRange(Decibels(gain), -0.1, 0.1);
            Assert.True(Decibels(rest) < -70, $"{hertz} Hz leaves {Decibels(rest):F1} dB beside it");
        }
    }

    [Theory]
    [InlineData(48000, 8000)]
    [InlineData(48000, 16000)]
    [InlineData(48000, 32000)]
    public void WhatCannotBeSaidAtTheLowerRateIsGone(int from, int to)
    {
        for (var hertz = 0.55 * to; hertz < from / 2; hertz += 0.037 * to)
        {
            var power = Converted(from, to, hertz).Average(s => (double)s * s) * 2;
            Assert.True(Decibels(Math.Sqrt(power)) < -70, $"{hertz} Hz aliases at {Decibels(Math.Sqrt(power)):F1} dB");
        }
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void DelayIsAsStated(int from, int to)
    {
        var resampler = new Resampler(from, to);
        var input = new float[from / 10];
        input.AsSpan(from / 50).Fill(1); // a step after 20 ms: half way up after the delay
        var output = new float[resampler.MaxOutput(input.Length)];
        resampler.Convert(input, output);
        var crossing = Array.FindIndex(output, s => s >= 0.5f);
        var before = output[crossing - 1];
        var seconds = (crossing - 1 + ((0.5 - before) / (output[crossing] - before))) / to;
        Assert.Equal(0.02 - (0.5 / from) + resampler.Delay, seconds, 0.2 / Math.Min(from, to)); // the step is between two samples
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void PiecesMakeWhatTheWholeMakes(int from, int to)
    {
        var random = new Random(7);
        var input = Enumerable.Range(0, 4410).Select(_ => (short)random.Next(-32768, 32768)).ToArray();
        var whole = new Resampler(from, to);
        var expected = new short[whole.MaxOutput(input.Length)];
        var made = whole.Convert(input, expected);
        var pieces = new Resampler(from, to);
        var actual = new short[expected.Length + 8];
        var (taken, given) = (0, 0);
        while (taken < input.Length)
        {
            var count = Math.Min(random.Next(0, 700), input.Length - taken);
            given += pieces.Convert(input.AsSpan(taken, count), actual.AsSpan(given));
            taken += count;
        }

        Assert.Equal(made, given);
        Assert.Equal(expected.AsSpan(0, made), actual.AsSpan(0, given));
    }

    [Theory]
    [InlineData(48000, 8000, 960, 160)]
    [InlineData(8000, 48000, 160, 960)]
    [InlineData(48000, 16000, 120, 40)]
    [InlineData(44100, 48000, 441, 480)]
    public void AFrameInIsAFrameOut(int from, int to, int frame, int expected)
    {
        var resampler = new Resampler(from, to);
        for (var i = 0; i < 20; i++)
            Assert.Equal(expected, resampler.Convert(new short[frame], new short[resampler.MaxOutput(frame)]));
    }

    [Fact]
    public void ResetForgets()
    {
        var resampler = new Resampler(8000, 48000);
        var output = new short[960];
        resampler.Convert(Enumerable.Repeat((short)9000, 159).ToArray(), output);
        resampler.Reset();
        Assert.Equal(960, resampler.Convert(new short[160], output));
        Assert.All(output, s => Assert.Equal(0, s));
    }

    [Fact]
    public void LoudSoundIsCutNotWrapped()
    {
        var resampler = new Resampler(48000, 8000);
        var input = Enumerable.Range(0, 4800).Select(i => i / 240 % 2 == 0 ? short.MaxValue : short.MinValue).ToArray();
        var output = new short[800];
        resampler.Convert(input, output);
        Assert.Equal(short.MaxValue, output.Max());
        for (var i = 0; i < 800; i++) // 5 ms each way, 3 ms late: in the middle of each the sign is the input's
            if ((i - 24) % 40 is > 10 and < 30 && i > 64) Assert.Equal((i - 24) / 40 % 2 == 0, output[i] > 0);
    }

    [Fact]
    public void ResamplerDoesNotAllocate()
    {
        var (down, up) = (new Resampler(48000, 8000), new Resampler(8000, 48000));
        var (high, low) = (new short[960], new short[160]);
        SteadyState.AllocatesNothing(50, () =>
        {
            down.Convert(high, low);
            up.Convert(low, high);
        });
    }

    private static float[] Converted(int from, int to, double hertz)
    {
        var resampler = new Resampler(from, to);
        var input = Enumerable.Range(0, from / 4).Select(i => (float)Math.Sin(2 * Math.PI * hertz * i / from)).ToArray();
        var output = new float[resampler.MaxOutput(input.Length)];
        var made = resampler.Convert(input, output);
        return output[(to / 50)..made]; // after the filter has filled
    }

    // The least-squares fit of the tone, and what is left beside it, both as amplitudes.
    private static (double Gain, double Beside) Measure(float[] sound, int rate, double hertz)
    {
        double ss = 0, cc = 0, sc = 0, ys = 0, yc = 0;
        for (var i = 0; i < sound.Length; i++)
        {
            var (s, c) = Math.SinCos(2 * Math.PI * hertz * i / rate);
            (ss, cc, sc, ys, yc) = (ss + (s * s), cc + (c * c), sc + (s * c), ys + (sound[i] * s), yc + (sound[i] * c));
        }

        var scale = (ss * cc) - (sc * sc);
        var (a, b) = (((ys * cc) - (yc * sc)) / scale, ((yc * ss) - (ys * sc)) / scale);
        var rest = 0.0;
        for (var i = 0; i < sound.Length; i++)
        {
            var (s, c) = Math.SinCos(2 * Math.PI * hertz * i / rate);
            rest += Math.Pow(sound[i] - (a * s) - (b * c), 2);
        }

        return (Math.Sqrt((a * a) + (b * b)), Math.Sqrt(2 * rest / sound.Length));
    }

    private static double Decibels(double amplitude) => 20 * Math.Log10(Math.Max(amplitude, 1e-12));
}
