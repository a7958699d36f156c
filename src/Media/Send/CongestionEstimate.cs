// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Send;

/// <summary>How many bits a second the way to the peer carries, as far as reports tell: it is full when the round trip grows, or when more sent is more lost.</summary>
/// <remarks>
/// <code>
///   Free ──queue grows──► cut ──10 s──► rise by 8 % in 5 s ────from 0.8 of the rate that was too much on──► rise by 2 %
///                          ▲                                                                                 │
///                          └──────────── full again: next time rise half as fast there, at last a sixth ◄────┘
/// </code>
/// Loss alone is no sign: radio loses without being full. But a queue that was full before the first report has no short round trip to be told by: there loss,
/// jitter (which a queue that overflows makes, and dice do not) and a long round trip together are taken for one, once: when less sent is not less lost, it is none.
/// And when less sent is as long on its way and nothing is lost, it is another way, whose round trip counts from then on.
/// Thread: worker. Pure.
/// </remarks>
internal sealed class CongestionEstimate
{
    private const double QueueMs = 60;
    private const double HopelessLoss = 0.35;
    private const uint FewPackets = 50;

    // Of the 50 packets of a second that lose 10 % in bursts of three, one time in a hundred more than 35 % are lost.
    private const double ManyPackets = 150;
    private const double BeginMs = 1500;
    private const double LongestPacketMs = 60;
    private const double MostCaution = 6;
    private const double DoubtFrom = 0.05;
    private const double DoubtAtOnce = 0.15;
    private const double DoubtUntil = 0.02;
    private const double DoubtJitterMs = 2;
    private const double LessLost = 0.7;
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(10);

    // What a report soon after a cut finds in the queue was sent before it: twice cut for one queue, a way of 40 kbit/s was left at half. One that grows by 40 % of
    // the time since is a way that carries much less still.
    private const double GrowsOn = 0.4;
    private const double LeastMs = 200;
    private static readonly TimeSpan Draining = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan BaseWindow = TimeSpan.FromMinutes(2);

    private double _baseMs = double.MaxValue;
    private double _youngBaseMs = double.MaxValue;
    private Instant _youngSince = Instant.Never;
    private double _lastQueueMs;
    private bool _wasLong;
    private int _cuts;
    private double _knee = double.PositiveInfinity;
    private double _caution = 1;
    private Instant _heldUntil = Instant.Zero;
    private Instant _drainsUntil = Instant.Zero;
    private bool _baseIsTrusted;
    private double _lossDoubted;
    private double _lossLately;
    private bool _isLossKnown;
    private Instant _lastReport = Instant.Zero;

    /// <summary>Bits per second on the wire that may be sent; infinite while the way was never full.</summary>
    public double Allowed { get; private set; } = double.PositiveInfinity;

    /// <summary>The last report found the way full.</summary>
    public bool IsFull { get; private set; }

    /// <summary>What is lost may be lost in a queue that was full from the beginning: more sent would be more lost.</summary>
    public bool IsDoubtful { get; private set; }

    /// <summary>Time spent in queues by the last report, milliseconds of round trip.</summary>
    public double Queue => _lastQueueMs;

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        (_baseMs, _youngBaseMs, _youngSince) = (double.MaxValue, double.MaxValue, Instant.Never);
        (_lastQueueMs, _knee, _caution, _heldUntil) = (0, double.PositiveInfinity, 1, Instant.Zero);
        (Allowed, IsFull) = (double.PositiveInfinity, false);
        (IsDoubtful, _baseIsTrusted, _lossDoubted, _wasLong, _cuts) = (false, false, 0, false, 0);
        (_lossLately, _isLossKnown, _drainsUntil) = (0, false, Instant.Zero);
    }

    /// <summary>Takes what a report says.</summary>
    /// <param name="now">Now.</param>
    /// <param name="sent">Bits per second on the wire at present.</param>
    /// <param name="bounds">Bits per second on the wire that we send at least, and would ever send.</param>
    /// <param name="report">What the report says.</param>
    public void HandleReport(Instant now, double sent, (double Least, double Most) bounds, in WayReport report)
    {
        double loss = report.Packets < FewPackets ? 0 : report.Loss;
        double queue = QueueOf(now, in report);
        if (IsLongerWay(queue, loss, in report))
            queue = Believe(now, report.RoundTripMs!.Value);
        bool drains = IsFull && (queue < 0.7 * _lastQueueMs || (now < _drainsUntil && queue - _lastQueueMs < GrowsOn * Math.Max(LeastMs, (now - _lastReport).TotalMilliseconds)));
        IsDoubtful = Doubts(loss, in report);
        IsFull = IsLong(queue, in report) || IsHopeless(in report) || (IsDoubtful && (report.RoundTripMs is not null || loss > DoubtAtOnce));
        if (IsDoubtful && IsFull)
            _lossDoubted = loss;
        _lastQueueMs = queue;
        if (IsFull && !drains)
            Cut(now, sent, bounds.Least, loss, GrowthOf(queue, in report));
        else if (!IsFull && now >= _heldUntil)
            Rise(bounds.Most, now - _lastReport);
        _cuts = IsFull ? _cuts : 0;
        _lastReport = now;
    }

    // One long round trip is a packet that was held up; two in a row are a queue. In the first second there is no time to ask twice.
    private bool IsLong(double queue, in WayReport report)
    {
        bool wasLong = _wasLong;
        _wasLong = queue > QueueMs + (3 * report.JitterMs);
        return _wasLong && (wasLong || IsBegin(in report));
    }

    private bool IsHopeless(in WayReport report)
    {
        if (report.Packets < FewPackets && !_isLossKnown)
            return false;
        _lossLately += (report.Loss - _lossLately) * (_isLossKnown ? Math.Min(1, report.Packets / ManyPackets) : 1);
        _isLossKnown = true;
        return _lossLately > HopelessLoss;
    }

    // Much less is sent, nothing is lost, and it takes as long as before: that is no queue but another way.
    private bool IsLongerWay(double queue, double loss, in WayReport report) =>
        _cuts >= 2 && _wasLong && queue > QueueMs + (3 * report.JitterMs) && loss <= DoubtUntil
        && Math.Abs(queue - _lastQueueMs) < (0.1 * _lastQueueMs) + report.JitterMs;

    private double Believe(Instant now, double roundTripMs)
    {
        (_baseMs, _youngBaseMs, _youngSince) = (roundTripMs, roundTripMs, now);
        (_knee, _caution, _heldUntil) = (double.PositiveInfinity, 1, now);
        (_cuts, _wasLong) = (0, false);
        return 0;
    }

    /// <summary>More was sent, and more was lost: back to what went well.</summary>
    /// <param name="now">Now.</param>
    /// <param name="sent">Bits per second that were too much.</param>
    /// <param name="before">Bits per second that went well.</param>
    public void Withdraw(Instant now, double sent, double before)
    {
        Allowed = before;
        NoteTooMuch(now, sent);
    }

    private bool Doubts(double loss, in WayReport report)
    {
        bool isShort = report.RoundTripMs < QueueMs + (3 * report.JitterMs);
        bool isClean = report.Packets >= FewPackets && loss <= DoubtUntil;
        _baseIsTrusted |= isShort || isClean || (_lossDoubted > 0 && loss > LessLost * _lossDoubted);
        return !_baseIsTrusted && loss > DoubtFrom && report.JitterMs > DoubtJitterMs;
    }

    private void Cut(Instant now, double sent, double least, double loss, double growth)
    {
        _cuts++;
        _drainsUntil = now + Draining;
        double factor = loss > 0.1 ? 0.65 : 0.8;
        // What came through a full queue is what the way carries, and so is what made one grow no more than so fast.
        double carried = loss > 0.02 ? sent * (1 - loss) * 0.9 : sent;
        carried = growth > 0 ? Math.Min(carried, sent * (1 - growth) * 0.8) : carried;
        Allowed = Math.Max(least, Math.Min(carried, Math.Min(Allowed, sent) * factor));
        NoteTooMuch(now, sent);
    }

    private void NoteTooMuch(Instant now, double sent)
    {
        // A rate found too high twice is approached more slowly: probing is what makes a rate swing.
        bool again = sent < _knee * 1.15 && !double.IsInfinity(_knee);
        _caution = again ? Math.Min(2 * _caution, MostCaution) : 1;
        _knee = sent;
        _heldUntil = now + Hold;
    }

    private void Rise(double most, TimeSpan since)
    {
        if (double.IsInfinity(Allowed))
            return;
        bool near = Allowed >= 0.8 * _knee;
        Allowed *= Math.Pow(near ? 1 + (0.02 / _caution) : 1.08, Math.Min(1, since / Step));
        if (Allowed > 1.05 * _knee)
            (_knee, _caution) = (double.PositiveInfinity, 1);
        if (Allowed >= most)
            Allowed = double.PositiveInfinity;
    }

    // The least of the last two to four minutes: a way that changed is believed at last.
    private double QueueOf(Instant now, in WayReport report)
    {
        if (report.RoundTripMs is not { } roundTripMs)
            return 0;
        if (_youngSince == Instant.Never)
            _youngSince = now;
        if (now - _youngSince > BaseWindow)
            (_baseMs, _youngBaseMs, _youngSince) = (_youngBaseMs, double.MaxValue, now);
        _youngBaseMs = Math.Min(_youngBaseMs, roundTripMs);
        _baseMs = Math.Min(_baseMs, roundTripMs);
        return Math.Max(0, (IsBegin(in report) ? Math.Max(roundTripMs, report.FlightMs) : Present(roundTripMs, report.FlightMs)) - _baseMs);
    }

    // What a round trip tells may be seconds old: it began with a report of ours. The packets on the way tell what is, but a run of lost ones looks like a long flight.
    private static double Present(double roundTripMs, double flightMs) => flightMs > 0 ? Math.Min(roundTripMs, flightMs + LongestPacketMs) : roundTripMs;

    private static bool IsBegin(in WayReport report) => report.SinceFirstMs < BeginMs;

    // The share of the time since the first packet by which a queue that was empty then has grown.
    private static double GrowthOf(double queueMs, in WayReport report) =>
        IsBegin(in report) && report.FlightMs > 0 ? Math.Clamp(queueMs / Math.Max(1, report.SinceFirstMs), 0, 0.5) : 0;
}
