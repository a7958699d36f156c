// SPDX-License-Identifier: MIT
using Earshot.Protocol.Rtcp;

namespace Earshot.Protocol.Tests.Rtcp;

public sealed class NtpClockTests
{
    private static readonly NtpTime Noon = NtpTime.FromUtc(new DateTime(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc));
    private static readonly NtpClock Clock = new(Instant.FromMilliseconds(1000), Noon);

    [Fact]
    public void SecondsCountFrom1900AndWrapIn2036()
    {
        Assert.Equal(0u, (uint)NtpTime.FromUtc(new DateTime(1900, 1, 1, 0, 0, 0, DateTimeKind.Utc)).Value);
        // 2 208 988 800 s from 1900 to 1970.
        Assert.Equal(2_208_988_800UL << 32, NtpTime.FromUtc(DateTime.UnixEpoch).Value);
        Assert.Equal(1UL << 31, NtpTime.FromUtc(new DateTime(2036, 2, 7, 6, 28, 16, 500, DateTimeKind.Utc)).Value);
        Assert.Equal(Noon.Value + (3UL << 31), Clock.ToNtp(Instant.FromMilliseconds(2500)).Value);
        Assert.Equal(Noon.Value - (1UL << 31), Clock.ToNtp(Instant.FromMilliseconds(500)).Value);
    }

    [Fact]
    public void ARoundTripIsWhatThePeerDidNotWait()
    {
        uint sent = Clock.ToNtp(Instant.FromMilliseconds(5000)).Middle;
        var block = new ReportBlock(1, 0, 0, 0, 0, sent, NtpTime.ToShort(TimeSpan.FromSeconds(2)));
        Assert.True(Clock.TryRoundTrip(Instant.FromMilliseconds(7080), in block, out var roundTrip));
        Assert.Equal(80, roundTrip.TotalMilliseconds, 0.05);
    }

    [Fact]
    public void NonsenseGivesNone()
    {
        uint sent = Clock.ToNtp(Instant.FromMilliseconds(5000)).Middle;
        var none = new ReportBlock(1, 0, 0, 0, 0, 0, 0);
        Assert.False(Clock.TryRoundTrip(Instant.FromMilliseconds(7000), in none, out _));
        var fromTheFuture = new ReportBlock(1, 0, 0, 0, 0, sent, NtpTime.ToShort(TimeSpan.FromSeconds(3)));
        Assert.False(Clock.TryRoundTrip(Instant.FromMilliseconds(7000), in fromTheFuture, out _));
        var old = new ReportBlock(1, 0, 0, 0, 0, sent, 0);
        Assert.False(Clock.TryRoundTrip(Instant.FromMilliseconds(70_000), in old, out _));
    }

    [Fact]
    public void ShortDurationsKeepTheirBounds()
    {
        Assert.Equal(0u, NtpTime.ToShort(TimeSpan.FromSeconds(-1)));
        Assert.Equal(uint.MaxValue, NtpTime.ToShort(TimeSpan.FromDays(2)));
        Assert.Equal(98304u, NtpTime.ToShort(TimeSpan.FromSeconds(1.5)));
        Assert.Equal(TimeSpan.FromSeconds(1.5), NtpTime.FromShort(98304));
    }
}
