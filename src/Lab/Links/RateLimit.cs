// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Lab.Links;

/// <summary>A bottleneck: so many bits a second, a queue before it, and what finds the queue full is dropped (drop tail).</summary>
/// <param name="KilobitsPerSecond">Of whole IPv4 packets, their headers included.</param>
/// <param name="Queue">The longest that a packet waits.</param>
internal sealed record RateLimit(double KilobitsPerSecond, TimeSpan Queue);

/// <summary>The state of a <see cref="RateLimit"/>.</summary>
internal sealed class Bottleneck(RateLimit limit)
{
    private const int Headers = 28; // IPv4 and UDP
    private Instant _free = Instant.Zero;

    /// <summary>A packet comes to it.</summary>
    /// <returns>False when it is dropped.</returns>
    public bool TryPass(Instant now, int bytes, out Instant leaves)
    {
        leaves = now;
        var begins = Instant.Max(now, _free);
        if (begins - now > limit.Queue)
            return false;
        leaves = _free = new(begins.Nanoseconds + (long)((bytes + Headers) * 8e6 / limit.KilobitsPerSecond));
        return true;
    }
}
