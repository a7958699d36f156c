// SPDX-License-Identifier: MIT
namespace Earshot.Peers.Tests.Harness;

/// <summary>Where things lie in the clone that these tests were built from.</summary>
internal static class Repository
{
    public static readonly string Root = FindRoot();

    /// <summary>The command as <c>eng/build</c> leaves it, or the one that EARSHOT_COMMAND names.</summary>
    public static readonly string Command = Environment.GetEnvironmentVariable("EARSHOT_COMMAND") ?? Path.Combine(Root, "artifacts", "cli", "earshot");

    /// <summary>About five seconds of speech, 48 kHz mono.</summary>
    public static string Speech => Path.Combine(AppContext.BaseDirectory, "speech", "speech_en_m.wav");

    /// <summary>Speech of another voice, 48 kHz mono.</summary>
    public static string OtherSpeech => Path.Combine(AppContext.BaseDirectory, "speech", "speech_de_f.wav");

    public static string Scenario(string name) => Path.Combine(AppContext.BaseDirectory, "Sipp", name);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Earshot.slnx"))) return folder.FullName;
        throw new InvalidOperationException("These tests run from a clone: no Earshot.slnx above " + AppContext.BaseDirectory);
    }
}
