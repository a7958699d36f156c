// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Scoring;

//   said    ───▐██▌▐██▌▐██▌──────   windows of 80 ms, one each 40 ms, where somebody speaks
//                │    │     ╲       each is looked for within ±60 ms of where the one before was found;
//   heard   ─────▐██▌▐██▌░░░░▐██▌─  after five that are not there, anywhere within a second (a jump after an outage)
//
//   A window is longer than several pitch periods and shorter than what a playout stretches at a time: inside a stretch the
//   better half wins, and the median of five takes out the odd window that fits one pitch period off.

/// <summary>Measures the delay of each piece of speech by looking for it in what was heard.</summary>
/// <remarks>Thread: one. About 100 ms of work for a minute of sound.</remarks>
internal sealed class DelayTracker(float[] sent, float[] heard, HeardClock clock)
{
    private const int Window = NarrowBand.Rate * 80 / 1000;
    private const int Hop = Window / 2;
    private const int Near = NarrowBand.Rate * 60 / 1000;
    private const int Far = NarrowBand.Rate;
    private const int Misses = 5;
    private const double Found = 0.6;
    private const double ActivePart = 0.02; // of the mean power: 17 dB below it

    private readonly WindowCorrelator _near = new(Window, 2 * Near);
    private WindowCorrelator? _far;
    private double _delayMs;
    private int _missed = Misses;

    /// <summary>Goes through all that was said.</summary>
    public DelayTrack Track()
    {
        var points = new List<DelayPoint>();
        var powers = Powers();
        var least = powers.Length == 0 ? 0 : powers.Average() * ActivePart;
        for (var i = 0; i < powers.Length; i++)
        {
            if (powers[i] > least && Find(i * Hop) is { } point) points.Add(point);
        }

        return new(Smooth(points));
    }

    private DelayPoint? Find(int at)
    {
        var atMs = at * 1000.0 / NarrowBand.Rate;
        var lost = _missed >= Misses;
        var correlator = lost ? _far ??= new(Window, Far) : _near;
        var expected = (int)Math.Round(clock.Index(atMs + (lost ? 0 : _delayMs)));
        var (place, similarity) = correlator.Find(sent.AsSpan(at, Window), heard, lost ? expected : expected - Near);
        if (similarity < Found)
        {
            _missed = lost ? 0 : _missed + 1; // looking everywhere is dear: not again before the next five
            return null;
        }

        _missed = 0;
        _delayMs = clock.TimeMs(place) - atMs;
        return new(atMs + (Window * 500.0 / NarrowBand.Rate), _delayMs, similarity);
    }

    private double[] Powers()
    {
        var powers = new double[Math.Max(0, ((sent.Length - Window) / Hop) + 1)];
        if (sent.Length < Window) return [];
        for (var i = 0; i < powers.Length; i++)
        {
            foreach (double value in sent.AsSpan(i * Hop, Window)) powers[i] += value * value;
        }

        return powers;
    }

    private static List<DelayPoint> Smooth(List<DelayPoint> points)
    {
        var smooth = new List<DelayPoint>(points.Count);
        Span<double> around = stackalloc double[5];
        for (var i = 0; i < points.Count; i++)
        {
            var first = Math.Clamp(i - 2, 0, Math.Max(0, points.Count - 5));
            var count = Math.Min(5, points.Count);
            for (var k = 0; k < count; k++) around[k] = points[first + k].DelayMs;
            around[..count].Sort();
            smooth.Add(points[i] with { DelayMs = around[count / 2] });
        }

        return smooth;
    }
}
