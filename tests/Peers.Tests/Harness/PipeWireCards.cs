// SPDX-License-Identifier: MIT
using System.Diagnostics;

namespace Earshot.Peers.Tests.Harness;

/// <summary>Two virtual sound cards, A and B, on a PipeWire of the test's own; gone with it.</summary>
internal sealed class PipeWireCards : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly int _server;
    private bool _killed;

    /// <param name="looped">Each speaker is fed into its own microphone.</param>
    /// <param name="quantum">Samples at 48 kHz in the cards' period; a longer one bears a busy machine.</param>
    public PipeWireCards(bool looped, int quantum = 128)
    {
        foreach (var program in (string[])["pipewire", "pw-link"])
            Assert.SkipUnless(RunningProgram.Exists(program), $"{program} is not installed (apt-get install pipewire pipewire-bin pipewire-jack)");
        Assert.SkipUnless(System.Runtime.InteropServices.NativeLibrary.TryLoad("libportaudio.so.2", out _), "PortAudio is not installed (apt-get install libportaudio2)");
        // Its output is not read: the daemon it leaves behind would keep the pipe open.
        var script = System.IO.Path.Combine(Repository.Root, "eng", "rigs", "pipewire-cards.sh");
        using var rig = Process.Start("bash", ["-c", "exec \"$@\" >/dev/null", "rig", script, "up", _scratch.Path, $"{quantum}", looped ? "--loop" : ""]);
        Assert.True(rig.WaitForExit(60_000), "pipewire-cards.sh hangs");
        Assert.SkipUnless(rig.ExitCode == 0, "PipeWire does not start here");
        _server = int.Parse(System.IO.File.ReadAllText(_scratch.File("pid")), System.Globalization.CultureInfo.InvariantCulture);
        Environment = ReadEnvironment(_scratch.File("env"));
    }

    /// <summary>What a client of these cards needs.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>A file of this test.</summary>
    public string File(string name) => _scratch.File(name);

    /// <summary>The sound server dies. Its id is signalled once: later it may be another process's.</summary>
    public void Kill()
    {
        if (_killed) return;
        _killed = true;
        using var kill = Process.Start("kill", ["-KILL", $"{_server}"]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _scratch.Dispose();
    }

    // export NAME=value NAME=value, with ${NAME:+…} of what was there before, which is nothing here.
    private static Dictionary<string, string> ReadEnvironment(string file) => System.IO.File.ReadAllLines(file)
        .SelectMany(line => line["export ".Length..].Split(' '))
        .Select(pair => pair.Split('=', 2))
        .ToDictionary(pair => pair[0], pair => pair[1].Split("${")[0]);
}
