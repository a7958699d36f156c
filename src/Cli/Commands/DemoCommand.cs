// SPDX-License-Identifier: MIT
using System.CommandLine;
using Earshot.Cli.Demo;
using Earshot.Cli.Options;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot demo</c>: two phones, two processes, one call on this machine, told step by step.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var seconds = new NumberOption("--seconds") { Description = "how long they talk", HelpName = "SECONDS", DefaultValueFactory = _ => 10 };
        var folder = new Option<string>("--out") { Description = "where the WAV files go", HelpName = "FOLDER", DefaultValueFactory = _ => "demo" };
        var aliceMic = new Option<string>("--alice-mic") { Description = "what Alice speaks from", HelpName = "SOURCE", DefaultValueFactory = _ => "tone:440" };
        var aliceSpeaker = new Option<string>("--alice-speaker") { Description = "what Alice hears through", HelpName = "SINK", DefaultValueFactory = _ => "null" };
        var bobMic = new Option<string>("--bob-mic") { Description = "what Bob speaks from", HelpName = "SOURCE", DefaultValueFactory = _ => "tone:600" };
        var bobSpeaker = new Option<string>("--bob-speaker") { Description = "what Bob hears through", HelpName = "SINK", DefaultValueFactory = _ => "null" };
        var outputs = new OutputOptionSet();
        var command = new Command("demo", "Runs a real call between two phones on this machine and shows its life.");
        foreach (var option in (Option[])[seconds, folder, aliceMic, aliceSpeaker, bobMic, bobSpeaker]) command.Options.Add(option);
        outputs.AddTo(command, quietAndVerbose: false);
        command.Runs(outputs, (said, output, interrupts) => new DemoCall(
            output,
            Directory.CreateDirectory(said.GetValue(folder)!).FullName,
            OptionValues.Seconds("--seconds", said.GetValue(seconds))!.Value,
            new DemoPerson("Alice", said.GetValue(aliceMic)!, said.GetValue(aliceSpeaker)!),
            new DemoPerson("Bob", said.GetValue(bobMic)!, said.GetValue(bobSpeaker)!)).RunAsync(interrupts.Token));
        return command;
    }
}
