// SPDX-License-Identifier: MIT
namespace Earshot.Media.Tests.Sessions;

/// <summary>Sounds that are easy to tell apart, and ways to find them again.</summary>
internal static class Signals
{
    public static short[] Tone(double hertz, int samples = 48000) =>
        [.. Enumerable.Range(0, samples).Select(i => (short)(8000 * Math.Sin(2 * Math.PI * hertz * i / 48000)))];

    /// <summary>A sweep 300 → 3000 Hz that correlates with itself at one place only.</summary>
    public static short[] Sweep(int samples = 48000)
    {
        var sweep = new short[samples];
        double phase = 0;
        for (int i = 0; i < samples; i++)
        {
            phase += 2 * Math.PI * (300 + (2700.0 * i / samples)) / 48000;
            sweep[i] = (short)(8000 * Math.Sin(phase));
        }

        return sweep;
    }

    /// <summary>Share of the power that is at one frequency, 0 to 1 (Goertzel).</summary>
    public static double ShareAt(ReadOnlySpan<short> sound, double hertz)
    {
        double w = 2 * Math.PI * hertz / 48000, re = 0, im = 0, power = 0;
        for (int i = 0; i < sound.Length; i++)
        {
            re += sound[i] * Math.Cos(w * i);
            im += sound[i] * Math.Sin(w * i);
            power += (double)sound[i] * sound[i];
        }

        return power < sound.Length ? 0 : 2 * ((re * re) + (im * im)) / (power * sound.Length);
    }

    public static double Rms(ReadOnlySpan<short> sound)
    {
        double power = 0;
        foreach (short s in sound)
            power += (double)s * s;
        return sound.Length == 0 ? 0 : Math.Sqrt(power / sound.Length);
    }

    /// <summary>Best normalised correlation of a stretch of <paramref name="sent"/> with any place in <paramref name="heard"/>.</summary>
    public static (double Correlation, int At) Find(ReadOnlySpan<short> sent, ReadOnlySpan<short> heard)
    {
        double sentPower = 0, best = 0;
        int bestAt = -1;
        foreach (short s in sent)
            sentPower += (double)s * s;
        for (int at = 0; at + sent.Length <= heard.Length; at++)
        {
            if (bestAt < 0 && at % 4 != 0 && best < 0.3)
                continue;
            double cross = 0, power = 1;
            for (int i = 0; i < sent.Length; i += 3)
            {
                cross += (double)sent[i] * heard[at + i];
                power += (double)heard[at + i] * heard[at + i];
            }

            double correlation = 3 * cross / Math.Sqrt(sentPower * power * 3);
            if (correlation > best)
                (best, bestAt) = (correlation, at);
        }

        return (best, bestAt);
    }
}
