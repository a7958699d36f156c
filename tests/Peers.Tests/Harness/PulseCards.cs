// SPDX-License-Identifier: MIT
using System.Diagnostics;

namespace Earshot.Peers.Tests.Harness;

/// <summary>Two virtual cards on a private PulseAudio: a clocked speaker for baresip, whose ALSA null device would spin a whole core.</summary>
public sealed class PulseCards : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("earshot-pulse-").FullName;

    public PulseCards()
    {
        if (!RunningProgram.Exists("pulseaudio")) return;
        Rig("up");
        foreach (var line in File.ReadAllLines(Path.Combine(_folder, "env")))
        {
            foreach (var pair in line["export ".Length..].Split(' '))
                Environment[pair.Split('=', 2)[0]] = pair.Split('=', 2)[1];
        }
    }

    /// <summary>What a program needs to reach the cards; empty when PulseAudio is not installed.</summary>
    internal Dictionary<string, string> Environment { get; } = [];

    public void Dispose()
    {
        if (Environment.Count > 0) Rig("down");
        Directory.Delete(_folder, recursive: true);
    }

    private void Rig(string verb)
    {
        using var rig = Process.Start(new ProcessStartInfo("bash", [Path.Combine(Repository.Root, "eng", "rigs", "pulse-cards.sh"), verb, _folder])
        {
            RedirectStandardOutput = false,
        })!;
        if (!rig.WaitForExit(20_000)) throw new TimeoutException("pulse-cards.sh " + verb + " hangs");
        if (rig.ExitCode != 0) throw new InvalidOperationException("pulse-cards.sh " + verb + " failed");
    }
}
