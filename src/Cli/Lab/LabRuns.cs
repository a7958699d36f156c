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
    /// <summary>One call.</summary>
    public static void Call(LabScenario scenario, LabFiles files, IOutput output, CancellationToken cancel)
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
    }

    /// <summary>A grid of calls.</summary>
    public static void Matrix(string name, IReadOnlyList<LabMatrixCell> cells, LabFiles files, IOutput output, CancellationToken cancel)
    {
        IReadOnlyList<LabMatrixResult> results;
        using (var bar = new ProgressBar(cells.Sum(cell => cell.Calls.Count)))
        {
            bar.Show(0);
            results = LabMatrixRun.Of(cells, bar.Show, cancel);
        }

        if (files.Json is not null) File.WriteAllBytes(files.Json, LabJson.Of(name, results));
        if (files.Report is not null) File.WriteAllBytes(files.Report, HtmlReport.Write(LabReport.Of(name, results)));
        Say(output, MatrixText.Of(results));
    }

    /// <summary>A captured stream.</summary>
    public static void Replay(string path, IReadOnlyList<string>? codecs, LabFiles files, IOutput output, CancellationToken cancel)
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
