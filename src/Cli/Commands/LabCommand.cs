// SPDX-License-Identifier: MIT
using System.CommandLine;
using Earshot.Cli.Lab;
using Earshot.Cli.Options;
using Earshot.Cli.Output;
using Earshot.Lab.Calls;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot lab</c>: a whole call in virtual time over a simulated link.</summary>
internal static class LabCommand
{
    public static Command Create()
    {
        var call = new LabOptionSet();
        var matrix = new Option<string>("--matrix") { Description = $"a grid of calls: {string.Join(", ", LabMatrix.Names)} (the first when none is named)", HelpName = "NAME", Arity = ArgumentArity.ZeroOrOne };
        var replay = new Option<string>("--replay") { Description = "play the largest RTP stream (in clear) of a capture", HelpName = "FILE.pcap" };
        var speaker = new Option<string>("--speaker") { Description = "write what is heard to this file", HelpName = "FILE.wav" };
        var json = new Option<string>("--json") { Description = "write the figures to this file", HelpName = "FILE" };
        var report = new Option<string>("--report") { Description = "write a page with plots to this file", HelpName = "FILE.html" };
        var command = new Command("lab", "A whole call in virtual time over a simulated link: seeded, faster than real time, scored.");
        call.AddTo(command);
        foreach (var option in (Option[])[matrix, replay, speaker, json, report]) command.Options.Add(option);
        command.Runs(new OutputOptionSet(), async (said, output, interrupts) =>
        {
            var work = said.GetValue(replay) is { } capture ? Replay(said, capture) : said.GetResult(matrix) is not null ? Matrix(said) : Call(said);
            // A thread of its own: Ctrl-C is looked at while it works.
            var kept = await Task.Run(() => work(output, interrupts.Token), interrupts.Token).ConfigureAwait(false);
            return kept ? ExitStatus.Done : ExitStatus.FileLost;
        });
        return command;

        LabFiles Files(ParseResult said) => new(
            OptionValues.Writable("--speaker", said.GetValue(speaker)), OptionValues.Writable("--json", said.GetValue(json)),
            OptionValues.Writable("--report", said.GetValue(report)));

        Func<IOutput, CancellationToken, bool> Call(ParseResult said)
        {
            var (scenario, files) = (call.Read(said), Files(said));
            return (output, cancel) => LabRuns.Call(scenario, files, output, cancel);
        }

        Func<IOutput, CancellationToken, bool> Matrix(ParseResult said)
        {
            call.RefuseBesideMatrix(said);
            var name = said.GetValue(matrix) ?? LabMatrix.Names[0];
            if (!LabMatrix.Names.Contains(name)) throw new UsageException($"--matrix {name}: no such grid", $"Say one of {string.Join(", ", LabMatrix.Names)}.");
            if (said.GetValue(speaker) is not null) throw new UsageException("--matrix and --speaker contradict each other", "Leave one of them out.");
            call.RefuseTooShortForMatrix(said);
            var cells = LabMatrix.Create(name, call.Read(said), call.NamesVoice(said), call.NamesDuration(said));
            var files = Files(said);
            return (output, cancel) => LabRuns.Matrix(name, cells, files, output, cancel);
        }

        Func<IOutput, CancellationToken, bool> Replay(ParseResult said, string capture)
        {
            call.RefuseBesideReplay(said);
            if (said.GetResult(matrix) is not null) throw new UsageException("--replay and --matrix contradict each other", "Leave one of them out.");
            if (Directory.Exists(capture)) throw new UsageException($"--replay {capture}: it is a folder", "Name a pcap file in it.");
            if (!File.Exists(capture)) throw new UsageException($"--replay {capture}: there is no such file", "Name a pcap file.");
            var (codecs, files) = (call.ReadCodecs(said), Files(said));
            return (output, cancel) => LabRuns.Replay(capture, codecs, files, output, cancel);
        }
    }
}
