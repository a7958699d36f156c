// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>Passes from one sound to another without a step.</summary>
internal static class CrossFade
{
    /// <summary>5 ms: longer than the steepest fade that clicks, shorter than a syllable's onset.</summary>
    public const int Length = 240;

    /// <summary>Writes to <paramref name="into"/> a passage from <paramref name="from"/> to what stands there.</summary>
    public static void Into(Span<short> into, ReadOnlySpan<short> from)
    {
        float step = 1f / (into.Length + 1);
        for (int i = 0; i < into.Length; i++)
        {
            float weight = (i + 1) * step;
            into[i] = (short)(from[i] + ((into[i] - from[i]) * weight));
        }
    }
}
