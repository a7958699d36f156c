// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Rtcp;

/// <summary>When a call's reports are sent (RFC 3550 §6.2, §6.3).</summary>
/// <remarks>
/// <code>
///   Start ─► wait T/2 ─► due: draw T anew ──still to come──► wait for that, draw again
///                                         └─ reached ─► report ─► wait T
/// </code>
/// T is 5 s, times 0.5 to 1.5 by dice, over e − 3/2. A call has two members, whose reports need far less than 5 % of the
/// slowest codec's bandwidth, so the minimum of 5 s rules and the count of members drops out of §6.3.1. For the same reason a
/// goodbye needs no back-off: §6.3.7 asks for it from 50 members on.
/// Thread: its owner's. Real-time: no allocation.
/// </remarks>
internal sealed class RtcpScheduler(IRandomSource random)
{
    /// <summary>The mean interval, and the minimum of §6.2.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // §6.3.1: drawing anew when due favours long intervals; the mean of what comes of it is e − 3/2 of the interval.
    private const double Compensation = Math.E - 1.5;

    private bool _initial;
    private Instant _last;

    /// <summary>When to ask <see cref="HandleTimeout"/>; never before the start.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>Joins: the first report is due after half the interval (§6.2).</summary>
    public void Start(Instant now)
    {
        _initial = true;
        _last = now;
        Due = now + Draw();
    }

    /// <summary>Reports no more.</summary>
    public void Stop() => Due = Instant.Never;

    /// <summary>Reconsiders when due (§6.3.6).</summary>
    /// <returns>True when a report is to be sent now.</returns>
    public bool HandleTimeout(Instant now)
    {
        if (now < Due)
            return false;
        Due = _last + Draw();
        if (Due > now)
            return false;
        _initial = false;
        _last = now;
        Due = now + Draw();
        return true;
    }

    private TimeSpan Draw()
    {
        Span<byte> dice = stackalloc byte[4];
        random.Fill(dice);
        double factor = 0.5 + (BitConverter.ToUInt32(dice) / (double)uint.MaxValue);
        return Interval * (factor / (_initial ? 2 * Compensation : Compensation));
    }
}
