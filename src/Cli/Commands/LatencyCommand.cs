// SPDX-License-Identifier: MIT
using System.CommandLine;
using Earshot.Audio.Devices;
using Earshot.Audio.Ends;
using Earshot.Audio.Measurement;
using Earshot.Cli.Options;
using Earshot.Cli.Output;
using Earshot.Media;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot latency [TARGET]</c>: the round trip of the sound card, or of a live call to an answerer in <c>--echo</c> mode.</summary>
internal static class LatencyCommand
{
    private const int DeviceChirpEvery = 24_000; // 0.5 s: finds delays up to 440 ms
    private const int CallChirpEvery = 96_000; // 2 s
    private static readonly AudioStreamRequest Request = new(240);
    private static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var target = new Argument<string?>("TARGET")
        {
            Description = "an answerer in --echo mode; without it the sound card alone is measured",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var duration = new Option<double?>("--duration") { Description = "measure so long (10; with TARGET 20)", HelpName = "SECONDS" };
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
            if (time is { TotalSeconds: < 2 or > 600 }) throw new UsageException("--duration: a measurement takes 2 to 600 seconds");
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
        var chirps = new CallChirps(new LoopbackProbe(CallChirpEvery, time));
        await using var phone = await Phone.StartAsync(options with { Probe = chirps.Around }, interrupts.Token).ConfigureAwait(false);
        PhoneNotices.Show(phone, output, verbose);
        phone.OpenSound();
        output.Calling(uri);
        var watch = new CallWatch(output);
        var call = await phone.PlaceCallAsync(uri, new CallOptions { OnEvent = watch.OnEvent }, interrupts.Token).ConfigureAwait(false);
        watch.Begin(call);
        interrupts.WatchKeys();
        var over = watch.UntilEndedAsync(null, interrupts.Token);
        var measured = ProbeAsync(phone, call, chirps, over);
        var end = await over.ConfigureAwait(false);
        if (statistics is not null) StatisticsFile.Write(statistics, end);
        var xruns = await measured.ConfigureAwait(false);
        if (ExitStatus.Of(end.End) is var status and not ExitStatus.Done) return status;
        var found = chirps.Probe.Measure();
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
            .. Stages(end.Statistics?.Stages),
        ]);
        return ExitStatus.Done;
    }

    // The jitter buffer settles before the first chirp; the call ends with the last. Gives the card's xruns in between.
    private static async Task<long> ProbeAsync(Phone phone, Call call, CallChirps chirps, Task over)
    {
        await Task.WhenAny(call.Connected, over).ConfigureAwait(false);
        await Task.WhenAny(Task.Delay(SettlingTime), over).ConfigureAwait(false);
        var before = phone.SoundXruns;
        chirps.Begin();
        while (!over.IsCompleted && !chirps.Probe.IsDone) await Task.Delay(50).ConfigureAwait(false);
        var xruns = phone.SoundXruns - before;
        call.HangUp();
        return xruns;
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

    private static IEnumerable<Field> Stages(MouthToEarStages? stages) => stages is null ? [] :
    [
        new("stages", new List<Field>
        {
            new("capture", stages.Capture, "ms", "Waking the sender"),
            new("framing", stages.Framing, "ms", "Filling a packet"),
            new("lookAhead", stages.LookAhead, "ms", "Codec's look-ahead"),
            new("network", stages.Network, "ms", "Network, half of RTT"),
            new("jitterBuffer", stages.JitterBuffer, "ms", "Jitter buffer"),
            new("playback", stages.Playback, "ms", "Speaker, as it says"),
        }, Label: "One way by stages, estimated from this side's counters"),
    ];

    /// <summary>Speaks chirps into a call and listens to what the call plays.</summary>
    /// <remarks>Thread: <see cref="IVoice.Capture"/> and <see cref="IVoice.Play"/> on the card's threads, real-time; the rest on ordinary ones.</remarks>
    private sealed class CallChirps(LoopbackProbe probe) : IVoice
    {
        private readonly short[] _spoken = new short[VoiceMixer.MaxBlock];
        private volatile bool _speaks;
        private IVoice? _call;

        public LoopbackProbe Probe => probe;

        public CallChirps Around(IVoice call)
        {
            _call = call;
            return this;
        }

        public void Begin() => _speaks = true;

        public void Capture(ReadOnlySpan<short> block, long capturedAt)
        {
            var spoken = _spoken.AsSpan(0, block.Length);
            if (_speaks) probe.Play(spoken, capturedAt);
            else spoken.Clear();
            _call!.Capture(spoken, capturedAt);
        }

        public void Play(Span<short> block, long playsAt)
        {
            _call!.Play(block, playsAt);
            if (_speaks) probe.Capture(block, playsAt);
        }
    }
}
