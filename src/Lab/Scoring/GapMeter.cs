// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Scoring;

//   said (aligned)   ▂▅▇█▇▆▇█▇▅▆▇█▆▃▁▁▁▁▁     blocks of 2.5 ms; active: both the 5 ms before and the 5 ms after are
//   heard            ▂▅▇█▇▁▁▁▁▁▆▇█▆▃▁▁▁▁▁     within 15.9 dB of the mean of active speech (the margin of ITU-T P.56)
//   gap                   ├────┤              4 blocks or more in a row, each more than 30 dB below the weaker of those two

/// <summary>Finds gaps: 10 ms or more of output more than 30 dB below the aligned sent speech while that is active.</summary>
/// <remarks>
/// Noise does not fill a gap: what is heard in the pauses beyond what was said there (its median), taken twice, is taken off first.
/// A word's end is no gap, for what follows is not active; nor is an alignment that is a few milliseconds off.
/// </remarks>
internal static class GapMeter
{
    private const int Block = NarrowBand.Rate / 400;
    private const int Least = 4; // blocks in 10 ms
    private const int Reach = 2; // blocks in 5 ms
    private const double Depth = 1e-3; // −30 dB
    private const double ActiveMargin = 0.0257; // −15.9 dB
    private const double PauseMargin = 0.00316; // −25 dB
    private const double NoiseFactor = 2; // a block's power strays about its mean
    private const double NoiseLimit = 0.5; // noise as loud as speech cannot hide it

    /// <summary>Measures; both 48 kHz mono, what was said from the begin of the call on.</summary>
    public static GapReport Measure(ReadOnlySpan<short> sent48k, ReadOnlySpan<short> heard48k, HeardClock clock = default)
    {
        var (sent, heard) = (NarrowBand.Of(sent48k), NarrowBand.Of(heard48k));
        var track = new DelayTracker(sent, heard, clock).Track();
        return Measure(AlignedSpeech.Of(sent, heard.Length, track, clock), heard, clock);
    }

    /// <summary>Measures at 10 kHz what is aligned already.</summary>
    public static GapReport Measure(ReadOnlySpan<float> aligned, ReadOnlySpan<float> heard, HeardClock clock)
    {
        var (said, output) = (Powers(aligned), Powers(heard));
        var (weaker, stronger) = Around(said);
        var level = ActiveLevel(said);
        var noise = Noise(stronger, said, output, level * PauseMargin) * NoiseFactor;
        var (gaps, active, run) = (new List<Gap>(), 0, 0);
        for (var i = 0; i <= output.Length; i++)
        {
            var speaks = i < output.Length && weaker[i] > 0 && weaker[i] >= level * ActiveMargin;
            if (speaks) active++;
            if (speaks && output[i] - Math.Min(noise, weaker[i] * NoiseLimit) < weaker[i] * Depth)
            {
                run++;
                continue;
            }

            if (run >= Least) gaps.Add(Between(i - run, i, clock));
            run = 0;
        }

        return new(active * 1000.0 * Block / NarrowBand.Rate, gaps);
    }

    private static Gap Between(int first, int end, HeardClock clock)
    {
        var at = clock.TimeMs(first * Block);
        return new(at, clock.TimeMs(end * Block) - at);
    }

    private static double[] Powers(ReadOnlySpan<float> samples)
    {
        var powers = new double[samples.Length / Block];
        for (var i = 0; i < powers.Length; i++)
        {
            foreach (var value in samples.Slice(i * Block, Block)) powers[i] += value * value;
        }

        return powers;
    }

    // For each block the mean power of the 5 ms that end with it and of the 5 ms that begin with it.
    private static (double[] Weaker, double[] Stronger) Around(double[] powers)
    {
        var (weaker, stronger) = (new double[powers.Length], new double[powers.Length]);
        for (var i = Reach - 1; i + Reach <= powers.Length; i++)
        {
            var (before, after) = (0.0, 0.0);
            for (var k = 0; k < Reach; k++) (before, after) = (before + powers[i - k], after + powers[i + k]);
            (weaker[i], stronger[i]) = (Math.Min(before, after) / Reach, Math.Max(before, after) / Reach);
        }

        return (weaker, stronger);
    }

    // The mean of what is within the margin of itself, found from the mean of everything.
    private static double ActiveLevel(double[] powers)
    {
        var level = powers.Length == 0 ? 0 : powers.Average();
        for (var round = 0; round < 3 && level > 0; round++)
            level = powers.Where(power => power >= level * ActiveMargin).Average();
        return level;
    }

    private static double Noise(double[] stronger, double[] said, double[] output, double pause)
    {
        var excess = new List<double>();
        for (var i = 0; i < output.Length; i++)
        {
            if (stronger[i] < pause) excess.Add(Math.Max(0, output[i] - said[i]));
        }

        excess.Sort();
        return excess.Count == 0 ? 0 : excess[excess.Count / 2];
    }
}
