// SPDX-License-Identifier: MIT
using System.CommandLine;
using Earshot.Audio.Devices;
using Earshot.Audio.Ends;
using Earshot.Cli.Loopback;
using Earshot.Cli.Options;
using Earshot.Cli.Output;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot loopback</c>: a sound test that needs nobody else.</summary>
internal static class LoopbackCommand
{
    private static readonly string[] Paths = ["devices", "codec", "srtp", "network"];

    public static Command Create()
    {
        var live = new Option<bool>("--live") { Description = "pass sound straight on instead of recording first: for headphones, which no microphone hears" };
        var through = new Option<string>("--through") { Description = "how much of a call the sound passes: devices (the default), codec, srtp or network", HelpName = "PATH" };
        var duration = new NumberOption("--duration") { Description = "record (or pass on) so long (5)", HelpName = "SECONDS" };
        var ends = new PhoneOptionSet();
        var outputs = new OutputOptionSet();
        var command = new Command("loopback", "Sound test: records five seconds, plays them back and tells what came back; exit status 3 if nothing did.");
        ends.AddEndsTo(command);
        foreach (var option in (Option[])[live, through, duration]) command.Options.Add(option);
        outputs.AddTo(command, quietAndVerbose: false);
        command.Runs(outputs, async (said, output, interrupts) =>
        {
            var path = said.GetValue(through) ?? "devices";
            if (!Paths.Contains(path)) throw new UsageException($"--through {path}: no such path", OptionExamples.Say("--through"));
            var time = OptionValues.Seconds("--duration", said.GetValue(duration)) ?? TimeSpan.FromSeconds(5);
            if (time.TotalSeconds is < 1 or > 600) throw new UsageException(FormattableString.Invariant($"--duration {time.TotalSeconds}: not a sound test's length"), OptionExamples.Say("--duration", "seconds, 1 to 600"));
            var (microphone, speaker) = ends.ReadEnds(said);
            using var passes = SoundPath.Create(path);
            var bothCards = microphone.Backend == AudioEnds.Cards && speaker.Backend == AudioEnds.Cards;
            var test = new LoopbackTest(passes, time, said.GetValue(live), bothCards);
            using var card = new SoundCardEnd(microphone, speaker, new());
            await PassAsync(test, card, output, interrupts.Token).ConfigureAwait(false);
            var heard = test.Judge();
            if (!heard.HeardAgain) Complain(heard, card, path, output);
            output.Result("loopback", Fields(heard, test.IsLive, card, path), asObject: true);
            return heard.HeardAgain ? ExitStatus.Done : ExitStatus.AudioDevice;
        });
        return command;
    }

    private static async Task PassAsync(LoopbackTest test, SoundCardEnd card, IOutput output, CancellationToken cancel)
    {
        card.Noticed += notice => output.Notice(notice.Code, notice.Message);
        if (test.IsLive) output.Notice("howling", "sound is passed straight on: use headphones, or turn the speaker down before it howls");
        else output.Progress("recording", $"Recording {card.Capture.DeviceName}: speak now; it is played back afterwards");
        card.Attach(test);
        card.Start();
        var told = test.IsLive;
        while (!test.IsDone)
        {
            await Task.Delay(20, cancel).ConfigureAwait(false);
            if (told || !test.IsRecorded) continue;
            told = true;
            output.Progress("playing", $"Playing it back through {card.Playback.DeviceName}");
        }

        card.Detach(test);
    }

    private static void Complain(LoopbackFindings heard, SoundCardEnd card, string path, IOutput output)
    {
        var (message, hint) = heard switch
        {
            { WasSilent: true } => ($"the microphone {card.Capture.DeviceName} heard nothing", "Choose another one (earshot devices), or check that it is not muted."),
            { CameThrough: true } => ($"{card.Capture.DeviceName} did not hear what {card.Playback.DeviceName} played",
                "With headphones that is as it should be: use --live, and listen. Otherwise turn the speaker up, or choose another one (earshot devices)."),
            _ when path != "devices" => ($"what was recorded did not come out of the {path}", "Try --through devices; if that works, send a report."),
            _ => ("what was recorded did not come out again", "Try again with the machine less busy; if that does not help, send a report."),
        };
        output.Error("nothing-heard", message, hint);
    }

    private static List<Field> Fields(LoopbackFindings heard, bool live, SoundCardEnd card, string path) =>
    [
        new("through", path, Label: "Through"),
        new("live", live, Label: "Live"),
        new("microphone", card.Capture.DeviceName, Label: "Microphone"),
        new("speaker", card.Playback.DeviceName, Label: "Speaker"),
        new("peakDbfs", heard.Level.PeakDbfs, "dBFS", "Microphone peak"),
        new("rmsDbfs", heard.Level.RmsDbfs, "dBFS", "Microphone RMS"),
        new("clippedSamples", heard.Level.ClippedSamples, "samples", "Clipped"),
        new("noiseFloorDbfs", heard.Level.NoiseFloorDbfs, "dBFS", "Noise floor"),
        new("delayMs", heard.DelayMs, "ms", "Delay"),
        new("correlation", heard.Correlation, Label: "Likeness, 0 to 1"),
        new("xruns", card.Xruns, Label: "Xruns"),
        new("heardBy", heard.Witness == LoopbackWitness.Microphone ? "microphone" : "path", Label: "Listened at"),
        new("heardAgain", heard.HeardAgain, Label: "Heard again"),
    ];
}
