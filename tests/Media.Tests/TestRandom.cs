// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Tests;

/// <summary>Seeded randomness.</summary>
internal sealed class TestRandom(int seed) : IRandomSource
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> bytes)
    {
        lock (_random)
            _random.NextBytes(bytes);
    }
}
