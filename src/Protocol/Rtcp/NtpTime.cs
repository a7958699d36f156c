// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Rtcp;

/// <summary>Wall-clock time as RTCP writes it: seconds since 1900 with 32 bits of fraction (RFC 3550 §4).</summary>
/// <param name="Value">Seconds in the upper half, fraction in the lower.</param>
internal readonly record struct NtpTime(ulong Value)
{
    private static readonly DateTime Epoch = new(1900, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>The middle 32 bits: 1/65536 s, what a report block returns as LSR.</summary>
    public uint Middle => (uint)(Value >> 16);

    /// <summary>From the caller's calendar; wraps in 2036 as the format does.</summary>
    public static NtpTime FromUtc(DateTime utc)
    {
        long ticks = (utc - Epoch).Ticks;
        ulong seconds = (ulong)(ticks / TimeSpan.TicksPerSecond);
        ulong fraction = ((ulong)(ticks % TimeSpan.TicksPerSecond) << 32) / TimeSpan.TicksPerSecond;
        return new((seconds << 32) | fraction);
    }

    /// <summary>This time and a while.</summary>
    public NtpTime Add(TimeSpan by) => new(Value + (ulong)(((Int128)by.Ticks << 32) / TimeSpan.TicksPerSecond));

    /// <summary>A duration in units of 1/65536 s, as DLSR has it; 0 for a negative one.</summary>
    public static uint ToShort(TimeSpan duration) =>
        duration <= TimeSpan.Zero ? 0 : (uint)UInt128.Min(uint.MaxValue, ((UInt128)duration.Ticks << 16) / (UInt128)TimeSpan.TicksPerSecond);

    /// <summary>A duration from units of 1/65536 s.</summary>
    public static TimeSpan FromShort(uint units) => new((long)(((ulong)units * TimeSpan.TicksPerSecond) >> 16));
}
