// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Links;

/// <summary>What a simulated link does to datagrams, one way.</summary>
internal sealed record LinkOptions
{
    /// <summary>Every datagram takes at least so long.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Each takes up to so much longer, uniformly, independently: they may overtake each other.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Share that is lost, 0 to 1, independently.</summary>
    public double Loss { get; init; }

    /// <summary>Share that arrives twice, 0 to 1.</summary>
    public double Duplicate { get; init; }

    /// <summary>Loses exactly the datagrams that this picks, on top of <see cref="Loss"/>: for scripted scenarios.</summary>
    public Func<ReadOnlyMemory<byte>, bool>? Drops { get; init; }
}
