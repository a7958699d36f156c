// SPDX-License-Identifier: MIT
namespace Earshot.Media.Tests.Playout;

/// <summary>The arrivals that playout is judged by: extra delay of the packet sent at a time, ms.</summary>
internal static class Arrivals
{
    public static Func<double, double?> Named(string name, Random random) => name switch
    {
        "none" => _ => 0,
        "uniform 40" => _ => 40 * random.NextDouble(),
        "normal 15" => _ => Math.Abs(15 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())),
        "Pareto 8" => _ => Math.Min(160, 8 * (Math.Pow(1 - random.NextDouble(), -1 / 2.5) - 1)),
        "spikes" => _ => random.NextDouble() < 0.01 ? 120 : 0,
        "step" => now => now > 60_000 ? 60 : 0,
        _ => throw new ArgumentException(name, nameof(name)),
    };
}
