// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Scoring;

/// <summary>Mouth-to-ear delay over time, as it is in the sound itself.</summary>
/// <remarks>See <see cref="DelayTracker"/> for how it is measured. Immutable.</remarks>
internal sealed class DelayTrack
{
    private readonly double[] _sorted;

    /// <param name="points">In the order in which they were said.</param>
    public DelayTrack(IReadOnlyList<DelayPoint> points)
    {
        Points = points;
        _sorted = [.. points.Select(p => p.DelayMs).Order()];
    }

    /// <summary>Each piece of speech that was found again; pauses and what was lost have none.</summary>
    public IReadOnlyList<DelayPoint> Points { get; }

    /// <summary>Half of the speech was heard sooner; NaN when nothing was.</summary>
    public double MedianMs => Quantile(0.5);

    /// <summary>95 % was heard sooner; NaN when nothing was.</summary>
    public double P95Ms => Quantile(0.95);

    /// <summary>Measures; both 48 kHz mono, what was said from the begin of the call on.</summary>
    /// <param name="sent48k">What was said.</param>
    /// <param name="heard48k">What was heard.</param>
    /// <param name="clock">When it was heard.</param>
    public static DelayTrack Measure(ReadOnlySpan<short> sent48k, ReadOnlySpan<short> heard48k, HeardClock clock = default) =>
        new DelayTracker(NarrowBand.Of(sent48k), NarrowBand.Of(heard48k), clock).Track();

    /// <summary>A quantile of the delays, share 0 to 1.</summary>
    public double Quantile(double share) =>
        _sorted.Length == 0 ? double.NaN : _sorted[Math.Min(_sorted.Length - 1, (int)(share * _sorted.Length))];
}
