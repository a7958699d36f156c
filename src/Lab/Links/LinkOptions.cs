// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Lab.Links;

/// <summary>What a simulated link does to datagrams, one way.</summary>
internal sealed record LinkOptions
{
    /// <summary>Every datagram takes at least so long.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>What comes on top of it: they may overtake each other.</summary>
    public IJitterModel Jitter { get; init; } = new NoJitter();

    /// <summary>No datagram overtakes another: it waits behind it.</summary>
    public bool InOrder { get; init; }

    /// <summary>Share that is lost, 0 to 1.</summary>
    public double Loss { get; init; }

    /// <summary>Mean length of the runs that losses come in (<see cref="BurstLoss"/>); null loses independently.</summary>
    public double? Burst { get; init; }

    /// <summary>Holds some back.</summary>
    public Reordering? Reorder { get; init; }

    /// <summary>Share that arrives twice, 0 to 1.</summary>
    public double Duplicate { get; init; }

    /// <summary>A bottleneck on the way.</summary>
    public RateLimit? Rate { get; init; }

    /// <summary>A time without any connection.</summary>
    public Outage? Outage { get; init; }

    /// <summary>Loses exactly the datagrams that this picks, on top of <see cref="Loss"/>: for scripted scenarios.</summary>
    public Func<ReadOnlyMemory<byte>, bool>? Drops { get; init; }

    /// <summary>Changes datagrams on their way, told when they were sent: for scripted scenarios in clear.</summary>
    public Action<Instant, Memory<byte>>? Alters { get; init; }
}
