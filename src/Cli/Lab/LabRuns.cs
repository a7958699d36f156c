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
internal sealed record LabFiles(string? Heard, string? Json, string? Report);

/// <summary>What <c>earshot lab</c> does: one call, a grid of calls, or a captured stream. Files are written when all is done, so that Ctrl-C leaves no half of one.</summary>
internal static class LabRuns
{
    private const int LongestCapture = 1 << 30;

    /// <summary>One call.</summary>
    public static bool Call(LabScenario scenario, LabFiles files, IOutput output, CancellationToken cancel) => Run(output, static () => "", () =>
    {
        var began = Stopwatch.GetTimestamp();
        using var call = new LabCall(scenario);
        call.Run(call.End, cancel);
        var result = LabResult.Of(call, scenario);
        var speed = scenario.Duration / Stopwatch.GetElapsedTime(began);
        var kept = Keep(files, output, call.Callee.Heard, () => LabJson.Of(result), () => LabReport.Of(result));
        Say(output, LabText.Of(result));
        Say(output, [FormattableString.Invariant($"{speed:0} times as fast as real time")]);
        return kept;
    });

    /// <summary>A grid of calls.</summary>
    public static bool Matrix(string name, IReadOnlyList<LabMatrixCell> cells, LabFiles files, IOutput output, CancellationToken cancel)
    {
        var (total, done) = (cells.Sum(cell => cell.Calls.Count), 0);
        return Run(output, () => $" after {Volatile.Read(ref done)} of {total} calls", () =>
        {
            IReadOnlyList<LabMatrixResult> results;
            using (var bar = new ProgressBar(total))
            {
                bar.Show(0);
                results = LabMatrixRun.Of(cells, _ => bar.Show(Interlocked.Increment(ref done)), cancel);
            }

            var kept = Keep(files, output, default, () => LabJson.Of(name, results), () => LabReport.Of(name, results));
            Say(output, MatrixText.Of(results));
            return kept;
        });
    }

    /// <summary>A captured stream.</summary>
    public static bool Replay(string path, IReadOnlyList<string>? codecs, LabFiles files, IOutput output, CancellationToken cancel) => Run(output, static () => "", () =>
    {
        var codec = CodecCatalogue.Find(codecs?[0] ?? "opus")!;
        try
        {
            var file = InputFile.Read($"--replay {path}", path, LongestCapture, "Name a pcap file, or a part of it (editcap -A … -B …).", cancel);
            var result = ReplayResult.Of(file, codec, cancel);
            var kept = Keep(files, output, result.Heard, () => ReplayJson.Of(result), () => ReplayReport.Of(result));
            Say(output, LabText.Of(result));
            return kept;
        }
        catch (PcapException wrong)
        {
            throw new UsageException($"--replay {path}: {wrong.Message}", "Name a capture of RTP in clear, e.g. of earshot call --security none --pcap FILE.");
        }
    });

    // Half a grid's medians would look like a whole one's: what was interrupted leaves a word and no file.
    private static bool Run(IOutput output, Func<string> howFar, Func<bool> work)
    {
        try
        {
            return work();
        }
        catch (OperationCanceledException)
        {
            output.Notice("interrupted", $"interrupted{howFar()}: no results are written");
            throw;
        }
    }

    // Each for itself: one that cannot be written costs the others nothing.
    private static bool Keep(LabFiles files, IOutput output, ReadOnlyMemory<short> heard, Func<byte[]> json, Func<ReportPage> report)
    {
        var keptSound = ResultFile.TryWrite("--speaker", files.Heard, output, path => WriteSound(path, heard.Span));
        var keptJson = ResultFile.TryWrite("--json", files.Json, output, path => File.WriteAllBytes(path, json()));
        return ResultFile.TryWrite("--report", files.Report, output, path => File.WriteAllBytes(path, HtmlReport.Write(report()))) && keptSound && keptJson;
    }

    private static void WriteSound(string path, ReadOnlySpan<short> heard)
    {
        using var file = WavWriter.Create(path);
        file.Append(heard);
    }

    private static void Say(IOutput output, IEnumerable<string> lines)
    {
        foreach (var line in lines) output.Progress("lab", line);
    }
}
