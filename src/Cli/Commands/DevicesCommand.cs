// SPDX-License-Identifier: MIT
using System.CommandLine;
using Earshot.Audio.Devices;
using Earshot.Cli.Options;
using Earshot.Cli.Output;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot devices</c>: what sound can be reached, and the truth about each.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        var outputs = new OutputOptionSet();
        var command = new Command("devices", "Lists back ends and sound devices.");
        outputs.AddTo(command, quietAndVerbose: false);
        command.Runs(outputs, (said, output, _) => Task.FromResult(List(output, outputs.IsJson(said))));
        return command;
    }

    private static int List(IOutput output, bool json)
    {
        var status = ExitStatus.Done;
        foreach (var backend in (IAudioBackend[])[AudioEnds.Cards, AudioEnds.Null])
        {
            try
            {
                var devices = backend.ListDevices();
                foreach (var device in devices) output.Result("device", Fields(device, json));
                if (devices.Count == 0)
                    output.Notice("no-device", $"{backend.Name}: no device found (file:, tone:, silence and null always work)");
            }
            catch (AudioDeviceException wrong)
            {
                output.Error("audio-device", $"{backend.Name}: {wrong.Message}", null);
                status = ExitStatus.AudioDevice;
            }
        }

        return status;
    }

    private static List<Field> Fields(AudioDevice d, bool json)
    {
        var kind = (d.InputChannels, d.OutputChannels) switch
        {
            ( > 0, > 0) => "duplex",
            ( > 0, _) => "input",
            _ => "output",
        };
        var fields = new List<Field>
        {
            new("name", d.Name),
            new("backend", d.Backend),
            new("hostApi", d.HostApi),
            new("kind", kind),
            new("inputChannels", d.InputChannels),
            new("outputChannels", d.OutputChannels),
            new("defaultRate", d.DefaultSampleRate, "Hz"),
            new("defaultInput", d.IsDefaultInput),
            new("defaultOutput", d.IsDefaultOutput),
            new("inputLatencyMs", d.InputLatency?.TotalMilliseconds, "ms"),
            new("outputLatencyMs", d.OutputLatency?.TotalMilliseconds, "ms"),
        };
        if (json) return fields;
        var marks = d.Backend == AudioEnds.Null.Name ? "" : string.Concat(d.IsDefaultInput ? ", default microphone" : "", d.IsDefaultOutput ? ", default speaker" : "");
        var latency = (d.InputLatency ?? d.OutputLatency) is { } l ? FormattableString.Invariant($", {l.TotalMilliseconds:0.#} ms") : "";
        return [new($"{d.Name,-20}", FormattableString.Invariant($"{d.Backend}/{d.HostApi}, {kind}, {d.InputChannels} in, {d.OutputChannels} out, {d.DefaultSampleRate:0} Hz{latency}{marks}"))];
    }
}
