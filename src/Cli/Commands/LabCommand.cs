// SPDX-License-Identifier: MIT
using System.CommandLine;
using System.Diagnostics;
using Earshot.Audio.Files;
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
        var options = new LabOptionSet();
        var speaker = new Option<string>("--speaker") { Description = "write what is heard to this file", HelpName = "FILE.wav" };
        var json = new Option<string>("--json") { Description = "write the results to this file", HelpName = "FILE" };
        var command = new Command("lab", "A whole call in virtual time over a simulated link: seeded, faster than real time, scored.");
        options.AddTo(command);
        foreach (var option in (Option[])[speaker, json]) command.Options.Add(option);
        command.Runs(new OutputOptionSet(), async (said, output, interrupts) =>
        {
            var scenario = options.Read(said);
            var (heardFile, jsonFile) = (OptionValues.Writable("--speaker", said.GetValue(speaker)), OptionValues.Writable("--json", said.GetValue(json)));
            // A thread of its own: Ctrl-C is looked at while it works.
            await Task.Run(() => Make(scenario, heardFile, jsonFile, output, interrupts.Token), interrupts.Token).ConfigureAwait(false);
            return ExitStatus.Done;
        });
        return command;
    }

    private static void Make(LabScenario scenario, string? heardFile, string? jsonFile, IOutput output, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        using var call = new LabCall(scenario);
        call.Run(call.End, cancel);
        var result = LabResult.Of(call, scenario);
        var speed = scenario.Duration / Stopwatch.GetElapsedTime(began);
        if (heardFile is not null) Write(heardFile, call.Callee.Heard.Span);
        if (jsonFile is not null) File.WriteAllBytes(jsonFile, LabJson.Of(result));
        foreach (var line in LabText.Of(result)) output.Progress("lab", line);
        output.Progress("lab", FormattableString.Invariant($"{speed:0} times as fast as real time"));
    }

    private static void Write(string path, ReadOnlySpan<short> heard)
    {
        using var file = WavWriter.Create(path);
        file.Append(heard);
    }
}
