// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Earshot.Protocol;

namespace Earshot.Lab;

/// <summary>Randomness that repeats itself: SplitMix64 from a seed. For simulation only; a phone takes the system's.</summary>
/// <remarks>Same seed, same draws, on every machine and build. Thread: one at a time.</remarks>
internal sealed class SeededRandom(ulong seed) : IRandomSource
{
    private ulong _state = seed;

    /// <summary>64 uniform bits.</summary>
    public ulong NextBits()
    {
        // Steele, Lea, Flood: Fast splittable pseudorandom number generators (OOPSLA 2014).
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextUnit() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <inheritdoc/>
    public void Fill(Span<byte> bytes)
    {
        Span<byte> word = stackalloc byte[8];
        while (!bytes.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, NextBits());
            var n = Math.Min(8, bytes.Length);
            word[..n].CopyTo(bytes);
            bytes = bytes[n..];
        }
    }
}
