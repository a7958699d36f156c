// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Rtcp;

/// <summary>The caller's statement of which wall-clock time an instant is; protocol code has no clock.</summary>
/// <param name="At">An instant.</param>
/// <param name="Ntp">The wall clock then.</param>
internal readonly record struct NtpClock(Instant At, NtpTime Ntp)
{
    /// <summary>The wall clock at another instant.</summary>
    public NtpTime ToNtp(Instant now) => Ntp.Add(now - At);

    /// <summary>Round-trip time from a report block about us (RFC 3550 §6.4.1): now − LSR − DLSR.</summary>
    /// <returns>False without a sender report to answer to, or when the peer's figures give a time below zero or over a minute.</returns>
    public bool TryRoundTrip(Instant now, in ReportBlock block, out TimeSpan roundTrip) =>
        TryRoundTrip(now, block.LastSenderReport, block.DelaySinceLastSenderReport, out roundTrip);

    /// <summary>Round-trip time from the answer to a reference time of ours (RFC 3611 §4.5): now − LRR − DLRR.</summary>
    /// <returns>False without a reference time, or when the peer's figures give a time below zero or over a minute.</returns>
    public bool TryRoundTrip(Instant now, in DelaySinceReference answer, out TimeSpan roundTrip) =>
        TryRoundTrip(now, answer.LastReference, answer.Delay, out roundTrip);

    private bool TryRoundTrip(Instant now, uint lastReport, uint delaySince, out TimeSpan roundTrip)
    {
        // Wrapping subtraction: the middle 32 bits roll over every 18 hours.
        roundTrip = NtpTime.FromShort(ToNtp(now).Middle - lastReport - delaySince);
        return lastReport != 0 && roundTrip <= TimeSpan.FromMinutes(1);
    }
}
