// SPDX-License-Identifier: MIT
using Earshot.Lab.Links;
using Earshot.Media;

namespace Earshot.Lab.Calls;

/// <summary>A call to be made in virtual time. The same scenario gives the same call, to the byte.</summary>
internal sealed record LabScenario
{
    /// <summary>For reports.</summary>
    public string Name { get; init; } = "call";

    /// <summary>Seeds keys, sequence numbers, the phase between the two clocks, and the links.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How long they talk.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What the caller says.</summary>
    public required LabVoice Voice { get; init; }

    /// <summary>What the callee says; null only listens.</summary>
    public LabVoice? Answer { get; init; }

    /// <summary>From the caller to the callee: the way that is measured.</summary>
    public LinkOptions Link { get; init; } = new() { Delay = TimeSpan.Zero };

    /// <summary>From the callee to the caller; null is like <see cref="Link"/>.</summary>
    public LinkOptions? Back { get; init; }

    /// <summary>Millionths by which the callee's sound card runs faster than the caller's.</summary>
    public double DriftPpm { get; init; }

    /// <summary>Intelligibility is scored: a third of the time that a call takes.</summary>
    public bool Scored { get; init; } = true;

    /// <summary>Plain Opus is scored over the same losses, too.</summary>
    public bool Compared { get; init; }

    /// <summary>Codecs, bit rate, packet time: what both ends wish for.</summary>
    public MediaSessionOptions Media { get; init; } = new();
}
