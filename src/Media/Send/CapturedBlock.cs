// SPDX-License-Identifier: MIT
namespace Earshot.Media.Send;

/// <summary>A block on its way from the capture thread to the worker.</summary>
/// <remarks>Thread: whoever the ring gives it to.</remarks>
internal sealed class CapturedBlock
{
    /// <summary>20 ms at 48 kHz: the longest block that an end hands over.</summary>
    public const int MaximumSamples = 960;

    /// <summary>Room for the longest block.</summary>
    public readonly short[] Samples = new short[MaximumSamples];

    /// <summary>Valid samples.</summary>
    public int Length;

    /// <summary>Position of the first sample since capture began, lost blocks counted: the RTP time stamp follows it.</summary>
    public long Index;

    /// <summary>Monotonic nanoseconds of the first sample.</summary>
    public long CapturedAt;
}
