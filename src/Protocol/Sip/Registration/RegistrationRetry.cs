// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>When a registration that failed is tried again (RFC 5626 §4.5): soon at first, then twice as long each time, and never for all phones at once.</summary>
/// <remarks>
/// <code>
///   failure   1      2      3      …   from 7 on
///   s         2–4    4–8    8–16       150–300
/// </code>
/// RFC 5626 begins with 30 s; a server that is started anew is back sooner, and people look at their phone meanwhile.
/// </remarks>
internal static class RegistrationRetry
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>How long to wait.</summary>
    /// <param name="failures">Failures in a row, at least one.</param>
    /// <param name="unit">Random, from 0 to 1.</param>
    /// <param name="retryAfter">What the server asked for; null for nothing.</param>
    public static TimeSpan After(int failures, double unit, TimeSpan? retryAfter)
    {
        var most = First * Math.Pow(2, Math.Min(failures - 1, 10));
        var wait = (most < Longest ? most : Longest) * (0.5 + (unit / 2));
        return retryAfter is { } asked && asked > wait ? Shorter(asked, TimeSpan.FromHours(1)) : wait;
    }

    /// <summary>Does only the user help? A wrong password that is tried again locks accounts.</summary>
    public static bool IsFinal(int status) => status is 401 or 403 or 407;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
