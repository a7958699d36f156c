// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Earshot.Protocol.Tests;

/// <summary>The seed of a fuzz test: its own, so that the suite takes the same course each time, or that of eng/fuzz.</summary>
internal static class FuzzSeed
{
    public static int Or(int own) =>
        int.TryParse(Environment.GetEnvironmentVariable("EARSHOT_FUZZ_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : own;
}
