// SPDX-License-Identifier: MIT
using Earshot.Media.Playout;

namespace Earshot.Lab.Calls;

/// <summary>One block as it was pulled.</summary>
/// <param name="AtMs">When, since the call began.</param>
/// <param name="Kind">What it is.</param>
/// <param name="DelayMs">From the sending of a packet to the playing of the block that holds a sample of it, mean over its samples; NaN before the first packet.</param>
/// <param name="MouthToEarMs">From the capture of its first sample, the codec's look-ahead included; NaN before the first packet.</param>
/// <param name="TargetMs">The buffer's target delay.</param>
/// <param name="Late">Packets that came too late, since the block before.</param>
internal readonly record struct LabPull(float AtMs, PlayedKind Kind, float DelayMs, float MouthToEarMs, float TargetMs, int Late);

/// <summary>Every block that one end pulled, in order.</summary>
/// <remarks>Thread: the call's.</remarks>
internal sealed class LabTrack(int capacity)
{
    private readonly List<LabPull> _pulls = new(capacity);

    /// <summary>The blocks.</summary>
    public IReadOnlyList<LabPull> Pulls => _pulls;

    /// <summary>One more.</summary>
    public void Add(in LabPull pull) => _pulls.Add(pull);

    /// <summary>A quantile of something about all blocks since the first packet; NaN when none came.</summary>
    public double Quantile(double share, Func<LabPull, float> of)
    {
        var values = _pulls.Where(p => !float.IsNaN(p.DelayMs)).Select(of).Order().ToArray();
        return values.Length == 0 ? double.NaN : values[(int)Math.Min(values.Length - 1, share * values.Length)];
    }
}
