// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Calls;

/// <summary>What came of one kind of network.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Calls">Each call.</param>
internal sealed record LabMatrixResult(string Name, IReadOnlyList<LabResult> Calls)
{
    /// <summary>The median over the calls; NaN when none has the figure.</summary>
    public double Median(Func<OneWayResult, double?> of) => Quantile(of, 0.5);

    /// <summary>What one call in ten does worse than.</summary>
    public double WorstDecile(LabFigure figure) => Quantile(figure.Of, figure.MoreIsWorse == false ? 0.1 : 0.9);

    // Between the two nearest, so that few calls have a tenth, too.
    private double Quantile(Func<OneWayResult, double?> of, double share)
    {
        var values = Calls.Select(call => of(call.There)).OfType<double>().Where(double.IsFinite).Order().ToArray();
        if (values.Length == 0) return double.NaN;
        var at = share * (values.Length - 1);
        var (below, above) = ((int)Math.Floor(at), (int)Math.Ceiling(at));
        return values[below] + ((values[above] - values[below]) * (at - below));
    }
}
