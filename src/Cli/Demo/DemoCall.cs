// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Text.Json;
using Earshot.Cli.Output;

namespace Earshot.Cli.Demo;

/// <summary>Alice calls Bob: two processes on this machine, their steps told side by side, what each heard kept as a WAV file.</summary>
internal sealed class DemoCall(IOutput output, string folder, TimeSpan talk, DemoPerson alice, DemoPerson bob)
{
    private readonly TaskCompletionSource<string> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TextOutput? _text = output as TextOutput;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, double> _loudest = [];

    /// <returns>The exit status: 0 when both were heard.</returns>
    public async Task<int> RunAsync(CancellationToken cancel)
    {
        using var bobs = new DemoPhone(
            ["answer", "--listen", "127.0.0.1:0", "--count", "1", "--auto", .. Sound(bob)], e => Tell(bob.Name, e));
        var ended = bobs.EndsAsync(CancellationToken.None);
        await Task.WhenAny(_listening.Task, ended).WaitAsync(cancel).ConfigureAwait(false);
        if (!_listening.Task.IsCompleted) return await ended.ConfigureAwait(false); // it has said why
        var target = await _listening.Task.ConfigureAwait(false);
        using var alices = new DemoPhone(
            ["call", target, "--listen", "127.0.0.1:0", "--duration", talk.TotalSeconds.ToString(CultureInfo.InvariantCulture), .. Sound(alice)],
            e => Tell(alice.Name, e));
        using var interrupt = cancel.Register(() =>
        {
            alices.Interrupt();
            bobs.Interrupt();
        });
        var called = await alices.EndsAsync(CancellationToken.None).ConfigureAwait(false);
        if (called != 0) bobs.Interrupt(); // nobody will call him any more
        var answered = await ended.ConfigureAwait(false);
        if (cancel.IsCancellationRequested || called != 0) return called;
        foreach (var person in (DemoPerson[])[alice, bob]) Say(WhatReached(person));
        output.Result("demo", [new("Alice heard", Heard(alice)), new("Bob heard", Heard(bob))]);
        return answered;
    }

    // A person hears, a script reads: silence all along is no success that anybody would believe.
    private string WhatReached(DemoPerson person) =>
        _loudest.GetValueOrDefault(person.Name) is > 0 and var level
            ? string.Create(CultureInfo.InvariantCulture, $"{person.Name} heard {Other(person.Name)}, at its loudest {20 * Math.Log10(level):0} dB")
            : $"{person.Name} heard nothing but silence from {Other(person.Name)}";

    private string Other(string name) => name == alice.Name ? bob.Name : alice.Name;

    private string[] Sound(DemoPerson person)
    {
        string[] ends = ["--mic", person.Microphone, "--speaker", person.Speaker];
        return KeptBySpeaker(person) is null ? [.. ends, "--record", Recording(person)] : ends;
    }

    // What a file of a speaker keeps is what was heard; what goes to a card is recorded, both sides of it.
    private string Heard(DemoPerson person)
    {
        if (KeptBySpeaker(person) is { } file) return file;
        var heard = Path.Combine(folder, $"{person.Name.ToLowerInvariant()}-heard.wav");
        HeardSide.Keep(Recording(person), heard);
        return heard;
    }

    private string Recording(DemoPerson person) => Path.Combine(folder, $"{person.Name.ToLowerInvariant()}-call.wav");

    private static string? KeptBySpeaker(DemoPerson person) =>
        person.Speaker.StartsWith("file:", StringComparison.Ordinal) ? person.Speaker["file:".Length..] : null;

    private void Tell(string name, JsonElement e)
    {
        lock (_lock)
        {
            switch (Text(e, "event"))
            {
                case "listening":
                    _listening.TrySetResult(Text(e, "uri"));
                    Say($"{name} listens on {Text(e, "uri")}");
                    break;
                case "calling": Say($"{name} calls {Text(e, "uri")}"); break;
                case "ringing": Say($"{name} hears it ring"); break;
                case "incoming": Say($"{name}'s phone rings: {Other(name)} calls, {Text(e, "from")}"); break;
                case "connected":
                    Say(string.Create(CultureInfo.InvariantCulture,
                        $"{name} is connected: {Text(e, "codec")} {Number(e, "rate") / 1000:0.#} kHz, {Number(e, "ptime"):0.#} ms packets, {Number(e, "setup_ms"):0} ms after {(name == alice.Name ? "the call began" : "it rang")}"));
                    Say($"  {Text(e, "srtp_profile")}: {Text(e, "security")}");
                    break;
                case "verification":
                    Say($"{name} can read to {Other(name)}: {Text(e, "words")}");
                    break;
                case "heard": Say(string.Create(CultureInfo.InvariantCulture, $"{name} hears the first sound after {Number(e, "after_ms"):0} ms")); break;
                case "stats": Live(name, e); break;
                case "ended": Say($"{name}: {Text(e, "message")}"); break;
                case "notice": Say($"{name}: {Text(e, "message")}"); break;
                case "error": output.Error(Text(e, "code"), $"{name}: {Text(e, "message")}", Text(e, "hint")); break;
            }
        }
    }

    private void Live(string name, JsonElement e)
    {
        if (Number(e, "audioLevel") is > 0 and var level) _loudest[name] = Math.Max(level, _loudest.GetValueOrDefault(name));
        var delay = Number(e, "mouthToEarMs") is var ms && double.IsNaN(ms) ? "delay not known yet"
            : string.Create(CultureInfo.InvariantCulture, $"mouth to ear ~{ms:0} ms");
        var line = string.Create(CultureInfo.InvariantCulture,
            $"{name,-5} says {LiveLine.Meter(Number(e, "captureLevel"))}  hears {LiveLine.Meter(Number(e, "audioLevel"))}  {delay}  lost {Number(e, "packetsLost"):0}");
        Say(line);
    }

    private void Say(string line)
    {
        if (_text is not null) _text.Say(line);
        else output.Notice("demo", line);
    }

    private static string Text(JsonElement e, string name) =>
        e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static double Number(JsonElement e, string name) =>
        e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;
}
