// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>How late packets come: arrival time less stream time, against the least of the last four seconds.</summary>
/// <remarks>
/// A forgetting histogram of 2 ms buckets; it learns like a mean at first and forgets within 8 s of 20 ms packets later.
/// When the least moves (a step of the path, drift), the buckets move with it, so that old lateness is not counted twice.
/// Thread: playback. Real-time: no allocation.
/// </remarks>
internal sealed class ArrivalHistory
{
    /// <summary>Width of a bucket.</summary>
    public const double BucketMs = 2;

    private const int Buckets = 256;
    private const int MostStrays = 2;
    private const double SlowestLearning = 1 / 400.0;

    private readonly double[] _mass = new double[Buckets];
    private readonly WindowMinimum _least = new(8);
    private readonly WindowMinimum _negatedMost = new(4);
    private long _origin;
    private int _packets;
    private int _strays;

    /// <summary>Arrival less stream time of the fastest packet, ms.</summary>
    public double LeastMs => _least.Value;

    /// <summary>Greatest lateness of the last two seconds, ms.</summary>
    public double RecentMostMs => -_negatedMost.Value - _least.Value;

    /// <summary>Lateness of the packet that came last, ms.</summary>
    public double LatestMs { get; private set; }

    /// <summary>Takes an arrival in.</summary>
    /// <param name="now">When it came, ms by the sender's clock.</param>
    /// <param name="position">Its first sample, 48 kHz.</param>
    public void Add(double now, long position)
    {
        double line = now - (position / 48.0);
        _least.Add(now, line);
        LatestMs = line - _least.Value;
        if (IsStray(LatestMs))
            return;
        _negatedMost.Add(now, -line);
        MoveOrigin((long)Math.Floor(_least.Value / BucketMs));
        double learning = Math.Max(SlowestLearning, 1.0 / ++_packets);
        for (int i = 0; i < Buckets; i++)
            _mass[i] *= 1 - learning;
        _mass[(int)Math.Clamp(Math.Floor(line / BucketMs) - _origin, 0, Buckets - 1)] += learning;
    }

    /// <summary>Lateness that all but a share of the packets keep, ms, exact within a bucket by interpolation.</summary>
    public double QuantileMs(double share)
    {
        double above = 0;
        for (int i = Buckets - 1; i >= 0; i--)
        {
            if (above + _mass[i] > 1 - share)
                return Math.Max(0, ((i + 1 - ((1 - share - above) / _mass[i]) + _origin) * BucketMs) - _least.Value);
            above += _mass[i];
        }
        return 0;
    }

    /// <summary>A new stream begins.</summary>
    public void Reset()
    {
        _least.Reset();
        _negatedMost.Reset();
        Array.Clear(_mass);
        _packets = 0;
    }

    /// <summary>A packet half a second late is as good as lost: waiting for its like would not help. Several in a row are a path that has changed.</summary>
    private bool IsStray(double lateMs)
    {
        _strays = lateMs > Buckets * BucketMs ? _strays + 1 : 0;
        return _strays is > 0 and <= MostStrays;
    }

    private void MoveOrigin(long origin)
    {
        long by = _packets == 0 ? 0 : origin - _origin;
        _origin = origin;
        if (by == 0)
            return;
        int shift = (int)Math.Min(Math.Abs(by), Buckets - 1);
        double folded = 0;
        Span<double> edge = by > 0 ? _mass.AsSpan(0, shift) : _mass.AsSpan(Buckets - shift);
        foreach (double mass in edge)
            folded += mass;
        if (by > 0)
            Array.Copy(_mass, shift, _mass, 0, Buckets - shift);
        else
            Array.Copy(_mass, 0, _mass, shift, Buckets - shift);
        (by > 0 ? _mass.AsSpan(Buckets - shift) : _mass.AsSpan(0, shift)).Clear();
        _mass[by > 0 ? 0 : Buckets - 1] += folded;
    }
}
