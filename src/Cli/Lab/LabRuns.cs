// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Earshot.Audio.Files;
using Earshot.Cli.Output;
using Earshot.Lab.Calls;
using Earshot.Lab.Replay;
using Earshot.Lab.Report;
using Earshot.Media.Codecs;

namespace Earshot.Cli.Lab;

/// <summary>Where results are written to; null for nowhere. The files can be written: that was tried.</summary>
/// <param name="Heard">WAV of what was heard.</param>
/// <param name="Json">The figures.</param>
/// <param name="Report">The page.</param>
internal sealed record LabFiles(string? Heard, string? Json, string? Report)
{
    /// <summary>Those that were not there before they were tried.</summary>
    public IReadOnlyList<string> Made { get; init; } = [];

    /// <summary>Nothing comes of it: what was made for the results and is still empty goes.</summary>
    public void Withdraw()
    {
        foreach (var path in Made)
        {
            if (new FileInfo(path) is { Exists: true, Length: 0 } empty) empty.Delete();
        }
    }
}

/// <summary>What <c>earshot lab</c> does: one call, a grid of calls, or a captured stream. Files are written when all is done, so that Ctrl-C leaves no half of one.</summary>
internal static class LabRuns
{
    /// <summary>One call.</summary>
    public static void Call(LabScenario scenario, LabFiles files, IOutput output, CancellationToken cancel) => Run(files, output, static () => "", () =>
    {
        var began = Stopwatch.GetTimestamp();
        using var call = new LabCall(scenario);
        call.Run(call.End, cancel);
        var result = LabResult.Of(call, scenario);
        var speed = scenario.Duration / Stopwatch.GetElapsedTime(began);
        WriteSound(files.Heard, call.Callee.Heard.Span);
        if (files.Json is not null) File.WriteAllBytes(files.Json, LabJson.Of(result));
        if (files.Report is not null) File.WriteAllBytes(files.Report, HtmlReport.Write(LabReport.Of(result)));
        Say(output, LabText.Of(result));
        Say(output, [FormattableString.Invariant($"{speed:0} times as fast as real time")]);
    });

    /// <summary>A grid of calls.</summary>
    public static void Matrix(string name, IReadOnlyList<LabMatrixCell> cells, LabFiles files, IOutput output, CancellationToken cancel)
    {
        var (total, done) = (cells.Sum(cell => cell.Calls.Count), 0);
        Run(files, output, () => $" after {Volatile.Read(ref done)} of {total} calls", () =>
        {
            IReadOnlyList<LabMatrixResult> results;
            using (var bar = new ProgressBar(total))
            {
                bar.Show(0);
                results = LabMatrixRun.Of(cells, _ => bar.Show(Interlocked.Increment(ref done)), cancel);
            }

            if (files.Json is not null) File.WriteAllBytes(files.Json, LabJson.Of(name, results));
            if (files.Report is not null) File.WriteAllBytes(files.Report, HtmlReport.Write(LabReport.Of(name, results)));
            Say(output, MatrixText.Of(results));
        });
    }

    /// <summary>A captured stream.</summary>
    public static void Replay(string path, IReadOnlyList<string>? codecs, LabFiles files, IOutput output, CancellationToken cancel) => Run(files, output, static () => "", () =>
    {
        var codec = CodecCatalogue.Find(codecs?[0] ?? "opus")!;
        try
        {
            var result = ReplayResult.Of(File.ReadAllBytes(path), codec, cancel);
            WriteSound(files.Heard, result.Heard);
            if (files.Json is not null) File.WriteAllBytes(files.Json, ReplayJson.Of(result));
            if (files.Report is not null) File.WriteAllBytes(files.Report, HtmlReport.Write(ReplayReport.Of(result)));
            Say(output, LabText.Of(result));
        }
        catch (PcapException wrong)
        {
            throw new UsageException($"--replay {path}: {wrong.Message}", "Name a capture of RTP in clear, e.g. of earshot call --security none --pcap FILE.");
        }
    });

    // Half a grid's medians would look like a whole one's: what was interrupted leaves a word and no file.
    private static void Run(LabFiles files, IOutput output, Func<string> howFar, Action work)
    {
        try
        {
            work();
        }
        catch (OperationCanceledException)
        {
            files.Withdraw();
            output.Notice("interrupted", $"interrupted{howFar()}: no results are written");
            throw;
        }
        catch
        {
            files.Withdraw();
            throw;
        }
    }

    private static void WriteSound(string? path, ReadOnlySpan<short> heard)
    {
        if (path is null) return;
        using var file = WavWriter.Create(path);
        file.Append(heard);
    }

    private static void Say(IOutput output, IEnumerable<string> lines)
    {
        foreach (var line in lines) output.Progress("lab", line);
    }
}
