// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Earshot.WholeCall;

/// <summary>Median and friends of a set of figures.</summary>
internal static class Spread
{
    public static double Quantile(IReadOnlyList<double> sorted, double q) =>
        sorted.Count == 0 ? double.NaN : sorted[(int)Math.Round(q * (sorted.Count - 1))];

    public static string Of(string name, IEnumerable<double> figures, string unit = "ms")
    {
        double[] sorted = [.. figures.Order()];
        return string.Create(CultureInfo.InvariantCulture,
            $"{name,-34} median {Quantile(sorted, 0.5),7:0.0}  p5 {Quantile(sorted, 0.05),7:0.0}  p95 {Quantile(sorted, 0.95),7:0.0}  max {Quantile(sorted, 1),7:0.0} {unit}  (n = {sorted.Length})");
    }
}
