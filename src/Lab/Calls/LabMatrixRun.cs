// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Calls;

/// <summary>Makes all calls of a grid, as many at a time as there are processors; the order of the results is the grid's.</summary>
internal static class LabMatrixRun
{
    /// <summary>Makes the calls.</summary>
    /// <param name="cells">The grid.</param>
    /// <param name="done">Told how many are done, on whichever thread.</param>
    /// <param name="cancel">Ends it at once.</param>
    public static IReadOnlyList<LabMatrixResult> Of(IReadOnlyList<LabMatrixCell> cells, Action<int> done, CancellationToken cancel)
    {
        var all = cells.SelectMany(cell => cell.Calls).ToArray();
        var results = new LabResult[all.Length];
        var count = 0;
        Parallel.For(0, all.Length, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            results[i] = LabResult.Of(all[i], cancel);
            done(Interlocked.Increment(ref count));
        });
        var at = 0;
        var byCell = new List<LabMatrixResult>();
        foreach (var cell in cells)
        {
            byCell.Add(new(cell.Name, results[at..(at + cell.Calls.Count)]));
            at += cell.Calls.Count;
        }

        return byCell;
    }
}
