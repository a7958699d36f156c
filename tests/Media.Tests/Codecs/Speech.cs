// SPDX-License-Identifier: MIT
using Earshot.Audio.Files;

namespace Earshot.Media.Tests.Codecs;

/// <summary>Real speech of tests/vectors/speech, 48 kHz mono, and how like it something sounds.</summary>
internal static class Speech
{
    public static short[] Read(string name = "speech_en_librivox")
    {
        var samples = WavReader.ReadAll(Path.Combine(AppContext.BaseDirectory, "vectors", "speech", name + ".wav"), out var rate);
        Assert.Equal(48000, rate);
        return samples;
    }

    /// <summary>Without what is below 300 Hz: three first-order high passes.</summary>
    public static short[] Above300(short[] sound)
    {
        var made = sound.Select(sample => (double)sample).ToArray();
        var keep = Math.Exp(-2 * Math.PI * 300 / 48000);
        for (var pass = 0; pass < 3; pass++)
        {
            var (before, level) = (0.0, 0.0);
            foreach (ref var sample in made.AsSpan())
            {
                level = keep * (level + sample - before);
                before = sample;
                sample = level;
            }
        }

        return [.. made.Select(sample => (short)sample)];
    }

    /// <summary>1 when the sound is the reference, so many samples late, at any level.</summary>
    public static double Correlation(ReadOnlySpan<short> reference, ReadOnlySpan<short> sound, int late)
    {
        double xy = 0, xx = 0, yy = 0;
        for (var i = 0; i + late < sound.Length && i < reference.Length; i++)
        {
            double x = reference[i], y = sound[i + late];
            (xy, xx, yy) = (xy + (x * y), xx + (x * x), yy + (y * y));
        }

        return xy / Math.Sqrt(Math.Max(xx * yy, 1));
    }
}
