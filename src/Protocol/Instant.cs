// SPDX-License-Identifier: MIT
namespace Earshot.Protocol;

/// <summary>A point on the monotonic time line that protocol code is told and never asks for.</summary>
/// <remarks>
/// Nanoseconds since an arbitrary origin: the system's monotonic clock in a running phone, zero at the start of a
/// simulated call. Two instants compare and subtract only when they come from the same line.
/// <see cref="Never"/> means that there is no deadline.
/// </remarks>
/// <param name="Nanoseconds">Nanoseconds since the origin of the line.</param>
public readonly record struct Instant(long Nanoseconds) : IComparable<Instant>
{
    /// <summary>The origin of the line.</summary>
    public static readonly Instant Zero = new(0);

    /// <summary>No deadline: later than every other instant.</summary>
    public static readonly Instant Never = new(long.MaxValue);

    /// <summary>An instant so many milliseconds after the origin.</summary>
    /// <param name="milliseconds">Milliseconds, fractions allowed.</param>
    public static Instant FromMilliseconds(double milliseconds) => new((long)(milliseconds * 1e6));

    /// <summary>Milliseconds since the origin, with fractions.</summary>
    public double TotalMilliseconds => Nanoseconds / 1e6;

    /// <summary>The earlier of two instants.</summary>
    public static Instant Min(Instant a, Instant b) => a.Nanoseconds <= b.Nanoseconds ? a : b;

    /// <summary>The later of two instants.</summary>
    public static Instant Max(Instant a, Instant b) => a.Nanoseconds >= b.Nanoseconds ? a : b;

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>Adds a duration; <see cref="Never"/> stays <see cref="Never"/>.</summary>
    public static Instant operator +(Instant at, TimeSpan by) =>
        at.Nanoseconds == long.MaxValue ? Never : new(at.Nanoseconds + (by.Ticks * 100));

    /// <summary>Subtracts a duration; <see cref="Never"/> stays <see cref="Never"/>.</summary>
    public static Instant operator -(Instant at, TimeSpan by) =>
        at.Nanoseconds == long.MaxValue ? Never : new(at.Nanoseconds - (by.Ticks * 100));

    /// <summary>The duration from <paramref name="from"/> to <paramref name="to"/>, truncated to 100 ns.</summary>
    public static TimeSpan operator -(Instant to, Instant from) => new((to.Nanoseconds - from.Nanoseconds) / 100);

    /// <summary>Earlier than.</summary>
    public static bool operator <(Instant a, Instant b) => a.Nanoseconds < b.Nanoseconds;

    /// <summary>Later than.</summary>
    public static bool operator >(Instant a, Instant b) => a.Nanoseconds > b.Nanoseconds;

    /// <summary>Not later than.</summary>
    public static bool operator <=(Instant a, Instant b) => a.Nanoseconds <= b.Nanoseconds;

    /// <summary>Not earlier than.</summary>
    public static bool operator >=(Instant a, Instant b) => a.Nanoseconds >= b.Nanoseconds;
}
