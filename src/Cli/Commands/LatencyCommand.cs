// SPDX-License-Identifier: MIT
using System.CommandLine;
using Earshot.Audio.Devices;
using Earshot.Audio.Ends;
using Earshot.Audio.Measurement;
using Earshot.Cli.Options;
using Earshot.Cli.Output;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot latency [TARGET]</c>: the round trip of the sound card, or of a live call to an answerer in <c>--echo</c> mode.</summary>
internal static class LatencyCommand
{
    private const int DeviceChirpEvery = 24_000; // 0.5 s: finds delays up to 440 ms
    private static readonly AudioStreamRequest Request = new(240);

    public static Command Create()
    {
        var target = new Argument<string?>("TARGET")
        {
            Description = "an answerer in --echo mode; without it the sound card alone is measured",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var duration = new NumberOption("--duration") { Description = "measure so long (10; with TARGET 20)", HelpName = "SECONDS" };
        var stats = new Option<string>("--stats") { Description = "write the call's counters to this file as JSON", HelpName = "FILE" };
        var phoneOptions = new PhoneOptionSet();
        var outputs = new OutputOptionSet();
        var command = new Command("latency", "Measures by chirps: the sound card's round trip (its speaker must reach its microphone), or a call's.");
        command.Arguments.Add(target);
        phoneOptions.AddTo(command);
        command.Options.Add(duration);
        command.Options.Add(stats);
        outputs.AddTo(command);
        command.Runs(outputs, async (said, output, interrupts) =>
        {
            var time = OptionValues.Seconds("--duration", said.GetValue(duration));
            if (time is { TotalSeconds: < 2 or > 600 }) throw new UsageException(FormattableString.Invariant($"--duration {time.Value.TotalSeconds}: not a measurement's length"), OptionExamples.Say("--duration", "seconds, 2 to 600"));
            if (said.GetValue(target) is { } callee)
            {
                var uri = OptionValues.Target(callee);
                var options = phoneOptions.Read(said, OptionValues.ListenTowards(uri), microphone: "silence", speaker: "null");
                return await MeasureCallAsync(uri, options, time ?? TimeSpan.FromSeconds(20), OptionValues.Writable("--stats", said.GetValue(stats)), output, outputs.IsVerbose(said), interrupts).ConfigureAwait(false);
            }

            var needsCall = phoneOptions.FirstOfCallsOnly(said) ?? (said.GetValue(stats) is not null ? "--stats" : outputs.IsVerbose(said) ? "--verbose" : null);
            if (needsCall is not null)
                throw new UsageException($"{needsCall} applies to a call only", "Name a TARGET, or leave it out.");
            var (microphone, speaker) = phoneOptions.ReadEnds(said);
            return await MeasureDeviceAsync(microphone, speaker, time ?? TimeSpan.FromSeconds(10), output, interrupts.Token).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> MeasureDeviceAsync(AudioEnd microphone, AudioEnd speaker, TimeSpan time, IOutput output, CancellationToken cancel)
    {
        var probe = new LoopbackProbe(DeviceChirpEvery, time);
        using var end = new SoundCardEnd(microphone, speaker, Request);
        end.Noticed += notice => output.Notice(notice.Code, notice.Message);
        end.Attach(probe);
        end.Start();
        while (!probe.IsDone) await Task.Delay(20, cancel).ConfigureAwait(false);
        end.Detach(probe);
        var found = probe.Measure();
        if (found.Samples == 0)
        {
            output.Error("nothing-heard", $"nothing of what {end.Playback.DeviceName} played came back through {end.Capture.DeviceName}",
                "Turn the speaker up and bring the microphone near, or join them with a cable; see earshot devices.");
            return ExitStatus.AudioDevice;
        }

        output.Result("latency",
        [
            new("measured", "sound card round trip", Label: "Measured"),
            .. Fields(found, end.Xruns),
            new("blockMs", end.Capture.Format.BlockSamples / 48.0, "ms", "Card's block"),
        ]);
        return ExitStatus.Done;
    }

    private static async Task<int> MeasureCallAsync(string uri, PhoneOptions options, TimeSpan time, string? statistics, IOutput output, bool verbose, Interrupts interrupts)
    {
        var chirps = new CallChirps();
        await using var phone = await Phone.StartAsync(options with { Probe = chirps.Around }, interrupts.Token).ConfigureAwait(false);
        PhoneNotices.Show(phone, output, verbose);
        phone.OpenSound();
        output.Calling(uri);
        var watch = new CallWatch(output);
        var call = await phone.PlaceCallAsync(uri, new CallOptions { OnEvent = watch.OnEvent }, interrupts.Token).ConfigureAwait(false);
        watch.Begin(call);
        interrupts.WatchKeys(output);
        using var closes = CallWatch.Closes(phone, interrupts.Token);
        var over = watch.UntilEndedAsync(null, interrupts.Token);
        var measured = ProbeAsync(phone, call, chirps, time, over);
        var end = await over.ConfigureAwait(false);
        var kept = statistics is null || StatisticsFile.TryWrite(statistics, end, output);
        var xruns = await measured.ConfigureAwait(false);
        if (ExitStatus.Of(end.End) is var status and not ExitStatus.Done) return status;
        var found = chirps.Measure();
        if (found.Samples == 0)
        {
            output.Error("nothing-heard", "no chirp came back from the other side", "Let it send back what it hears: earshot answer --echo.");
            return ExitStatus.AudioDevice;
        }

        output.Result("latency",
        [
            new("measured", "call round trip", Label: "Measured"),
            .. Fields(found, xruns),
            new("oneWayEstimateMs", found.MedianMs / 2, "ms", "One way (half, an estimate)"),
            new("excludes", "the sound cards and the block that a microphone fills", Label: "Not in these"),
            .. LatencyStages.Of(found.MedianMs / 2, end.Statistics?.Stages, options.Block),
        ]);
        return kept ? ExitStatus.Done : ExitStatus.FileLost;
    }

    // One chirp while the jitter buffer settles tells how far apart the next ones may be; the call ends with the last. Gives the card's xruns in between.
    private static async Task<long> ProbeAsync(Phone phone, Call call, CallChirps chirps, TimeSpan time, Task over)
    {
        await Task.WhenAny(call.Connected, over).ConfigureAwait(false);
        chirps.Scout();
        await UntilDoneAsync(chirps, over).ConfigureAwait(false);
        var before = phone.SoundXruns;
        chirps.Begin(time);
        await UntilDoneAsync(chirps, over).ConfigureAwait(false);
        var xruns = phone.SoundXruns - before;
        call.HangUp();
        return xruns;
    }

    private static async Task UntilDoneAsync(CallChirps chirps, Task over)
    {
        while (!over.IsCompleted && !chirps.IsDone) await Task.Delay(20).ConfigureAwait(false);
    }

    private static IEnumerable<Field> Fields(DelayStatistics found, long xruns) =>
    [
        new("medianMs", found.MedianMs, "ms", "Median"),
        new("p95Ms", found.P95Ms, "ms", "95 % below"),
        new("minMs", found.MinMs, "ms", "Shortest"),
        new("maxMs", found.MaxMs, "ms", "Longest"),
        new("samples", found.Samples, Label: "Chirps heard"),
        new("missed", found.Missed, Label: "Chirps missed"),
        new("xruns", xruns, Label: "Xruns"),
    ];
}
