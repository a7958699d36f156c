// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Rtcp;

/// <summary>When a call's reports are sent (RFC 3550 §6.2, §6.3).</summary>
/// <remarks>
/// <code>
///   first packet sent ───► report at once           who answers it tells the round trip of a way that is still empty
///   first packet heard ──► 0.3 to 0.6 s ─► report   what the peer sends is fitted to the way before a queue overflows;
///                                                   with feedback (AVPF) three more so: loss is answered sooner
///   Start ─► wait T/2 ─► due: draw T anew ──still to come──► wait for that, draw again
///                                         └─ reached ─► report ─► wait T
/// </code>
/// T is the <see cref="Interval"/>, times 0.5 to 1.5 by dice, over e − 3/2. A call has two members, whose reports need far less than 5 % of the
/// slowest codec's bandwidth, so the minimum of §6.2 rules and the count of members drops out of §6.3.1. For the same reason a
/// goodbye needs no back-off: §6.3.7 asks for it from 50 members on. Between two, the first report need not be waited for (§6.2); those at the begin
/// of media leave the others where they are, and one of the others that comes first stands for one of them.
/// Thread: its owner's. Real-time: no allocation.
/// </remarks>
internal sealed class RtcpScheduler(IRandomSource random)
{
    /// <summary>The minimum of §6.2, and the mean interval where no shorter one is allowed.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    // A report has some 170 bytes, headers included: 1.4 kbit/s, and no way that carries speech is too narrow for that.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    // §6.3.1: drawing anew when due favours long intervals; the mean of what comes of it is e − 3/2 of the interval.
    private const double Compensation = Math.E - 1.5;
    private const double EarliestMs = 300;
    private const double LatestMs = 600;

    // 170 bytes every 0.45 s are 3 kbit/s, of 80 both ways. With eight the peer takes chance for bursts: ten calls in a hundred with 10 % of loss send 65 instead of 40 kbit/s.
    private const int EarlyReports = 4;

    private bool _initial;
    private Instant _last;
    private Instant _regular = Instant.Never;
    private Instant _opening = Instant.Never;
    private Instant _early = Instant.Never;
    private bool _running;
    private bool _hasOpened;
    private int _earlySent;

    /// <summary>The mean interval; for what is drawn from now on.</summary>
    public TimeSpan Interval { get; set; } = Longest;

    /// <summary>When to ask <see cref="HandleTimeout"/>; never before the start.</summary>
    public Instant Due => Instant.Min(_regular, Instant.Min(_opening, _early));

    /// <summary>The mean interval of a call.</summary>
    /// <param name="kilobits">A second, both ways and headers included: the session's bandwidth, of which the reduced minimum of §6.2 is made.</param>
    /// <param name="hasFeedback">A profile with feedback (AVPF): no minimum but what we set ourselves (RFC 4585 §3.4, T_rr_interval).</param>
    public static TimeSpan IntervalFor(double kilobits, bool hasFeedback)
    {
        if (hasFeedback)
            return Shortest;
        double seconds = 360 / Math.Max(1, kilobits);
        return TimeSpan.FromSeconds(Math.Clamp(seconds, Shortest.TotalSeconds, Longest.TotalSeconds));
    }

    /// <summary>Joins: the first report is due after half the interval (§6.2), or as soon as there is something to report.</summary>
    public void Start(Instant now)
    {
        (_running, _initial, _last) = (true, true, now);
        _regular = now + Draw();
    }

    /// <summary>A packet of ours went out; the first one since the start makes a report due.</summary>
    public void HandleSent(Instant now)
    {
        if (_hasOpened || !_running)
            return;
        (_hasOpened, _opening) = (true, now);
    }

    /// <summary>A packet of the peer's came; after the first one there is soon something to report.</summary>
    public void HandleHeard(Instant now)
    {
        if (_earlySent == 0 && _running)
            ScheduleEarly(now);
    }

    /// <summary>Reports no more.</summary>
    public void Stop() => (_running, _regular, _opening, _early) = (false, Instant.Never, Instant.Never, Instant.Never);

    /// <summary>Reconsiders when due (§6.3.6).</summary>
    /// <returns>True when a report is to be sent now.</returns>
    public bool HandleTimeout(Instant now)
    {
        if (now < Due)
            return false;
        bool isBegin = now >= _opening || now >= _early;
        _opening = now >= _opening ? Instant.Never : _opening;
        if (now >= _early)
            ScheduleEarly(now);
        if (now < _regular || !Reconsider(now))
            return isBegin;
        (_initial, _last) = (false, now);
        _regular = now + Draw();
        if (_early != Instant.Never && !isBegin)
            ScheduleEarly(now);
        return true;
    }

    private void ScheduleEarly(Instant now)
    {
        bool may = _earlySent++ < (Interval <= Shortest ? EarlyReports : 1);
        _early = may ? now + TimeSpan.FromMilliseconds(EarliestMs + ((LatestMs - EarliestMs) * NextUnit())) : Instant.Never;
    }

    private bool Reconsider(Instant now)
    {
        _regular = _last + Draw();
        return _regular <= now;
    }

    private TimeSpan Draw() => Interval * ((0.5 + NextUnit()) / (_initial ? 2 * Compensation : Compensation));

    private double NextUnit()
    {
        Span<byte> dice = stackalloc byte[4];
        random.Fill(dice);
        return BitConverter.ToUInt32(dice) / (double)uint.MaxValue;
    }
}
