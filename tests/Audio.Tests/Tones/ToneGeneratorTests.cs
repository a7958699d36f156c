// SPDX-License-Identifier: MIT
using Earshot.Audio.Tones;

namespace Earshot.Audio.Tests.Tones;

/// <summary>Tones by their frequencies, their cadence and their joints.</summary>
public sealed class ToneGeneratorTests
{
    [Theory]
    [InlineData('1', 697, 1209)]
    [InlineData('5', 770, 1336)]
    [InlineData('9', 852, 1477)]
    [InlineData('0', 941, 1336)]
    [InlineData('*', 941, 1209)]
    [InlineData('#', 941, 1477)]
    [InlineData('A', 697, 1633)]
    [InlineData('d', 941, 1633)]
    public void AKeyIsItsTwoFrequenciesAndNoOther(char key, int row, int column)
    {
        var sound = Play(Tone.Dtmf(key)!, 9600)[1200..];
        foreach (var hertz in (int[])[697, 770, 852, 941, 1209, 1336, 1477, 1633])
        {
            if (hertz == row || hertz == column) Assert.InRange(Level(sound, hertz), 0.145, 0.155);
            else Assert.InRange(Level(sound, hertz), 0, 0.01);
        }
    }

    [Fact]
    public void WhatIsNoKeyHasNoTone()
    {
        foreach (var key in "eX+ é\0") Assert.Null(Tone.Dtmf(key));
    }

    [Fact]
    public void EuropeanRingbackSoundsOneSecondInFive()
    {
        var sound = Play(Tone.RingbackEurope, 48000 * 11);
        foreach (var start in (int[])[0, 5, 10])
        {
            Assert.InRange(Level(sound.AsSpan((start * 48000) + 2400, 40800), 425), 0.148, 0.152);
            if (start < 10) Assert.All(sound[(((start + 1) * 48000) + 480)..((start + 5) * 48000)], s => Assert.Equal(0, s));
        }
    }

    [Theory]
    [InlineData(440, 480, true)]
    [InlineData(480, 620, false)]
    public void AmericanTonesArePairs(int first, int second, bool ringback)
    {
        var sound = Play(ringback ? Tone.RingbackAmerica : Tone.BusyAmerica, 24000)[2400..21600];
        Assert.InRange(Level(sound, first), 0.145, 0.155);
        Assert.InRange(Level(sound, second), 0.145, 0.155);
    }

    [Fact]
    public void NothingClicks()
    {
        var sound = Play(Tone.BusyEurope, 96000);
        var steepest = 0.15 * 32767 * 2 * Math.PI * 425 / 48000; // of the steady sine
        for (var i = 1; i < sound.Length; i++) Assert.InRange(Math.Abs(sound[i] - sound[i - 1]), 0, (steepest * 1.1) + 2);
    }

    [Fact]
    public void BlocksOfAnySizeMakeOneSound()
    {
        var whole = Play(Tone.RingbackAmerica, 48000 * 3);
        var generator = new ToneGenerator(Tone.RingbackAmerica);
        var pieces = new short[whole.Length];
        var random = new Random(3);
        for (var at = 0; at < pieces.Length;)
        {
            var count = Math.Min(random.Next(1, 1500), pieces.Length - at);
            generator.Fill(pieces.AsSpan(at, count));
            at += count;
        }

        Assert.Equal(whole, pieces);
    }

    [Fact]
    public void WhatCannotBePlayedIsRefused()
    {
        Assert.Throws<ArgumentException>(() => new ToneGenerator(new Tone(4000), 8000));
        Assert.Throws<ArgumentException>(() => new ToneGenerator(new Tone(425, 0, [1])));
        Assert.Throws<ArgumentException>(() => new ToneGenerator(new Tone(425, 0, [0, 0])));
        Assert.Throws<ArgumentException>(() => new ToneGenerator(new Tone(425, 0, [2, -1])));
    }

    [Fact]
    public void ToneGeneratorDoesNotAllocate()
    {
        var (generator, block) = (new ToneGenerator(Tone.BusyAmerica), new short[480]);
        SteadyState.AllocatesNothing(100, () => generator.Fill(block));
    }

    private static short[] Play(Tone tone, int samples)
    {
        var sound = new short[samples];
        new ToneGenerator(tone).Fill(sound);
        return sound;
    }

    // The amplitude of one frequency, under a Hann window.
    private static double Level(ReadOnlySpan<short> sound, double hertz)
    {
        double re = 0, im = 0;
        for (var i = 0; i < sound.Length; i++)
        {
            var window = 1 - Math.Cos(2 * Math.PI * i / sound.Length);
            var (s, c) = Math.SinCos(2 * Math.PI * hertz * i / 48000);
            (re, im) = (re + (window * sound[i] * c), im + (window * sound[i] * s));
        }

        return 2 * Math.Sqrt((re * re) + (im * im)) / sound.Length / 32767;
    }
}
