// SPDX-License-Identifier: MIT
using Earshot.Audio.Dsp;

namespace Earshot.Lab.Scoring;

/// <summary>Sound as the scores look at it: mono at 10 kHz (Taal et al. 2011 §II), full scale is 1.</summary>
internal static class NarrowBand
{
    /// <summary>Samples a second.</summary>
    public const int Rate = 10_000;

    private const int From = 48_000;
    private const int Block = 4_800;

    /// <summary>Brings 48 kHz down, flat up to 4.5 kHz and without delay (but for a sixth of a sample).</summary>
    public static float[] Of(ReadOnlySpan<short> samples48k)
    {
        var resampler = new Resampler(From, Rate);
        var lag = (int)Math.Round(resampler.Delay * Rate);
        var made = new float[resampler.MaxOutput(samples48k.Length) + lag + resampler.MaxOutput(Block)];
        var block = new float[Block];
        var count = 0;
        for (var rest = samples48k; !rest.IsEmpty; rest = rest[Math.Min(Block, rest.Length)..])
            count += Convert(rest[..Math.Min(Block, rest.Length)], made.AsSpan(count));
        Array.Clear(block);
        count += resampler.Convert(block.AsSpan(0, lag * From / Rate), made.AsSpan(count)); // what is still inside the filter
        return made[Math.Min(lag, count)..count];

        int Convert(ReadOnlySpan<short> from, Span<float> to)
        {
            for (var i = 0; i < from.Length; i++) block[i] = from[i] * (1 / 32768f);
            return resampler.Convert(block.AsSpan(0, from.Length), to);
        }
    }
}
