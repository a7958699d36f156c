// SPDX-License-Identifier: MIT
using System.Numerics;
using System.Runtime.InteropServices;

namespace Earshot.Audio.Ends;

/// <summary>Mixing and gain over blocks of 16-bit samples.</summary>
/// <remarks>Real-time: no allocation, lock or system call. Vectors of the machine's width, the rest one by one.</remarks>
internal static class BlockMath
{
    /// <summary>Adds a block to 32-bit sums: 65,536 voices at full scale fit.</summary>
    public static void Add(ReadOnlySpan<short> block, Span<int> sums)
    {
        var wide = MemoryMarshal.Cast<short, Vector<short>>(block);
        var totals = MemoryMarshal.Cast<int, Vector<int>>(sums[..block.Length]);
        for (var i = 0; i < wide.Length; i++)
        {
            Vector.Widen(wide[i], out var low, out var high);
            totals[2 * i] += low;
            totals[(2 * i) + 1] += high;
        }

        for (var i = wide.Length * Vector<short>.Count; i < block.Length; i++)
            sums[i] += block[i];
    }

    /// <summary>Writes sums as samples; what is too loud stays at full scale instead of wrapping.</summary>
    public static void Saturate(ReadOnlySpan<int> sums, Span<short> block)
    {
        var totals = MemoryMarshal.Cast<int, Vector<int>>(sums[..block.Length]);
        var wide = MemoryMarshal.Cast<short, Vector<short>>(block);
        for (var i = 0; i < wide.Length; i++)
            wide[i] = Vector.NarrowWithSaturation(totals[2 * i], totals[(2 * i) + 1]);
        for (var i = wide.Length * Vector<short>.Count; i < block.Length; i++)
            block[i] = (short)Math.Clamp(sums[i], short.MinValue, short.MaxValue);
    }

    /// <summary>Multiplies in place, saturating.</summary>
    public static void Scale(Span<short> block, float gain)
    {
        foreach (ref var sample in block)
            sample = (short)Math.Clamp(sample * gain, short.MinValue, short.MaxValue);
    }
}
