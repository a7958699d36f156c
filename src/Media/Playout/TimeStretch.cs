// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>Takes a pitch period out of the waiting samples or puts one in (waveform-similarity overlap-add).</summary>
/// <remarks>
/// <code>
///   accelerate   x[0..) fades into x[lag..)         decelerate   x[0..) fades into x[−lag..), the played past
/// </code>
/// The first sample is the one that would have followed anyway, and what follows the fade is untouched: no seam steps.
/// In a pause any lag will do. Thread: playback. Real-time: no allocation.
/// </remarks>
internal static class TimeStretch
{
    /// <summary>Takes up to <paramref name="most"/> samples out of the front.</summary>
    /// <param name="queue">Waiting samples; at least <see cref="CrossFade.Length"/> remain.</param>
    /// <param name="most">Not more than this.</param>
    /// <param name="pauses">What counts as a pause.</param>
    /// <param name="gate">Likeness below which nothing is done.</param>
    /// <returns>Samples taken out; 0 when the sound does not allow it.</returns>
    public static int Accelerate(SampleQueue queue, int most, Pauses pauses, float gate)
    {
        int longest = Math.Min(most, queue.Count - CrossFade.Length);
        bool silent = longest > 0 && pauses.Is(queue.Waiting[..(longest + CrossFade.Length)]);
        if (longest < (silent ? 1 : PitchSearch.MinimumLag))
            return 0;
        int lag = Math.Min(longest, PitchSearch.MaximumLag);
        float likeness = 1;
        if (!silent)
            lag = PitchSearch.BestLag(queue.Past, SampleQueue.HistoryLength, CrossFade.Length, +1, lag, out likeness);
        if (likeness < gate)
            return 0;
        Span<short> front = stackalloc short[CrossFade.Length]; // a lag shorter than the fade would overwrite what it fades from
        queue.Waiting[..CrossFade.Length].CopyTo(front);
        CrossFade.Into(queue.Waiting.Slice(lag, CrossFade.Length), front);
        queue.Remove(0, lag);
        return lag;
    }

    /// <summary>Puts about <paramref name="wanted"/> samples in at the front, by at most one longest period.</summary>
    /// <returns>Samples put in; 0 when the sound does not allow it.</returns>
    public static int Decelerate(SampleQueue queue, int wanted, Pauses pauses, float gate)
    {
        if (queue.Count < CrossFade.Length || wanted <= 0)
            return 0;
        ReadOnlySpan<short> past = queue.Past;
        int lag = Math.Clamp(wanted, PitchSearch.MinimumLag, PitchSearch.MaximumLag);
        float likeness = 1;
        if (!pauses.Is(past.Slice(SampleQueue.HistoryLength - lag, lag + CrossFade.Length)))
            lag = PitchSearch.BestLag(past, SampleQueue.HistoryLength, CrossFade.Length, -1, PitchSearch.MaximumLag, out likeness);
        if (likeness < gate)
            return 0;
        Span<short> inserted = stackalloc short[PitchSearch.MaximumLag];
        inserted = inserted[..lag];
        PutPeriod(queue, past.Slice(SampleQueue.HistoryLength - lag, lag + CrossFade.Length), inserted, lag);
        return lag;
    }

    /// <summary>The new sequence is: x[0..) fading into x[−lag..), then on from there. Written as an insertion of the first lag samples and a changed tail.</summary>
    private static void PutPeriod(SampleQueue queue, ReadOnlySpan<short> lagAndFade, Span<short> inserted, int lag)
    {
        Span<short> woven = stackalloc short[PitchSearch.MaximumLag + CrossFade.Length];
        woven = woven[..(lag + CrossFade.Length)];
        lagAndFade.CopyTo(woven);
        CrossFade.Into(woven[..CrossFade.Length], queue.Waiting[..CrossFade.Length]);
        woven[..lag].CopyTo(inserted);
        woven[lag..].CopyTo(queue.Waiting);
        queue.Insert(0, inserted);
    }
}
