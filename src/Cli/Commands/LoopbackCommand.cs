// SPDX-License-Identifier: MIT
using System.CommandLine;
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
        var live = new Option<bool>("--live") { Description = "pass sound straight on instead of recording first" };
        var through = new Option<string>("--through") { Description = "devices, codec, srtp or network: how much of a call the sound passes", HelpName = "PATH" };
        var duration = new Option<double?>("--duration") { Description = "record (or pass on) so long (5)", HelpName = "SECONDS" };
        var ends = new PhoneOptionSet();
        var outputs = new OutputOptionSet();
        var command = new Command("loopback", "Sound test: records five seconds, plays them back and tells what it heard.");
        ends.AddEndsTo(command);
        foreach (var option in (Option[])[live, through, duration]) command.Options.Add(option);
        outputs.AddTo(command, quietAndVerbose: false);
        command.Runs(outputs, async (said, output, interrupts) =>
        {
            var path = said.GetValue(through) ?? "devices";
            if (!Paths.Contains(path)) throw new UsageException($"--through {path}: no such path", "Say devices, codec, srtp or network.");
            var time = OptionValues.Seconds("--duration", said.GetValue(duration)) ?? TimeSpan.FromSeconds(5);
            if (time.TotalSeconds is < 1 or > 600) throw new UsageException("--duration: a sound test takes 1 to 600 seconds");
            var (microphone, speaker) = ends.ReadEnds(said);
            using var passes = SoundPath.Create(path);
            return await RunAsync(new LoopbackTest(passes, time, said.GetValue(live)), microphone, speaker, path, output, interrupts.Token).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        LoopbackTest test, Audio.Devices.AudioEnd microphone, Audio.Devices.AudioEnd speaker, string path, IOutput output, CancellationToken cancel)
    {
        using var end = new SoundCardEnd(microphone, speaker, new());
        end.Noticed += notice => output.Notice(notice.Event == CardEvent.Lost ? "device-lost" : "device-returned", notice.Message);
        if (test.IsLive) output.Notice("howling", "sound is passed straight on: use headphones, or turn the speaker down before it howls");
        else output.Notice("recording", $"speak now, into {end.Capture.DeviceName}; it is played back afterwards");
        end.Attach(test);
        end.Start();
        while (!test.IsDone) await Task.Delay(20, cancel).ConfigureAwait(false);
        end.Detach(test);
        var heard = test.Judge();
        if (!heard.HeardAgain)
        {
            output.Error("nothing-heard", heard.WasSilent ? $"the microphone {end.Capture.DeviceName} heard nothing" : "what was recorded did not come out again",
                heard.WasSilent ? "Choose another one (earshot devices), or check that it is not muted." : "Try --through devices; if that works, send a report.");
        }

        output.Result("loopback",
        [
            new("through", path),
            new("live", test.IsLive),
            new("microphone", end.Capture.DeviceName),
            new("speaker", end.Playback.DeviceName),
            new("peakDbfs", heard.Level.PeakDbfs, "dBFS"),
            new("rmsDbfs", heard.Level.RmsDbfs, "dBFS"),
            new("clippedSamples", heard.Level.ClippedSamples),
            new("noiseFloorDbfs", heard.Level.NoiseFloorDbfs, "dBFS"),
            new("delayMs", heard.DelayMs, "ms"),
            new("correlation", heard.Correlation),
            new("xruns", end.Xruns),
            new("heardAgain", heard.HeardAgain),
            new("cameBack", heard.CameBack),
        ]);
        return heard.HeardAgain ? ExitStatus.Done : ExitStatus.AudioDevice;
    }
}
