// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Scoring;

/// <summary>What was said, moved to where it was heard: sample for sample beside the recording.</summary>
/// <remarks>
/// Around each point of the track it is moved by that point's delay; between two that differ it is faded over in 5 ms. So a delay that
/// changed is no fault by itself; what the change put in, left out or silenced still differs.
/// </remarks>
internal static class AlignedSpeech
{
    private const int Fade = NarrowBand.Rate * 5 / 1000;

    /// <summary>Moves it.</summary>
    /// <param name="sent10k">What was said.</param>
    /// <param name="length">Of the recording, samples at 10 kHz.</param>
    /// <param name="track">The delays.</param>
    /// <param name="clock">The recording's.</param>
    public static float[] Of(ReadOnlySpan<float> sent10k, int length, DelayTrack track, HeardClock clock)
    {
        var aligned = new float[length];
        var from = 0;
        var before = int.MinValue;
        for (var i = 0; i < track.Points.Count; i++)
        {
            var shift = Shift(track.Points[i], clock);
            var to = i == track.Points.Count - 1 ? length : Math.Clamp(Between(track.Points[i], track.Points[i + 1], clock), from, length);
            Copy(sent10k, aligned, from, to, shift);
            if (before != int.MinValue && before != shift) FadeOver(sent10k, aligned, from, Math.Min(to, from + Fade), before);
            (from, before) = (to, shift);
        }

        return aligned;
    }

    // By how many samples the recording's index is ahead of the speech's.
    private static int Shift(DelayPoint point, HeardClock clock) =>
        (int)Math.Round(clock.Index(point.AtMs + point.DelayMs) - (point.AtMs * NarrowBand.Rate / 1000));

    private static int Between(DelayPoint a, DelayPoint b, HeardClock clock) =>
        (int)Math.Round(clock.Index((a.AtMs + a.DelayMs + b.AtMs + b.DelayMs) / 2));

    private static void Copy(ReadOnlySpan<float> sent, float[] to, int from, int end, int shift)
    {
        var first = Math.Clamp(shift, from, end);
        var last = Math.Clamp(sent.Length + shift, first, end);
        sent[(first - shift)..(last - shift)].CopyTo(to.AsSpan(first));
    }

    private static void FadeOver(ReadOnlySpan<float> sent, float[] to, int from, int end, int shift)
    {
        for (var i = from; i < end; i++)
        {
            var at = i - shift;
            var old = at >= 0 && at < sent.Length ? sent[at] : 0;
            var share = (i - from + 0.5f) / Fade;
            to[i] = (to[i] * share) + (old * (1 - share));
        }
    }
}
