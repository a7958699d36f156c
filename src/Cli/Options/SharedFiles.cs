// SPDX-License-Identifier: MIT
using System.CommandLine;

namespace Earshot.Cli.Options;

/// <summary>Refuses to write a file that is read, or written twice, in the same run: a slip there costs somebody's recording.</summary>
internal static class SharedFiles
{
    private static readonly string[] Read =
        ["--mic", "--alice-mic", "--bob-mic", "--replay", "--jitter", "--tls-cert", "--tls-key", "--tls-roots"];
    private static readonly string[] Written =
        ["--speaker", "--alice-speaker", "--bob-speaker", "--record", "--pcap", "--stats", "--json", "--report"];

    private static readonly string[] Persons = ["alice", "bob"];
    private static readonly string[] KeptOfThem = ["heard", "call"];

    private static readonly StringComparer Paths =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>Looks through what was said.</summary>
    /// <exception cref="UsageException">Two options name one file, and one of them writes it.</exception>
    public static void Refuse(ParseResult said)
    {
        var verb = said.CommandResult.Command;
        var texts = verb.Options.OfType<Option<string>>()
            .Select(option => (option.Name, Text: said.GetValue(option)))
            .Where(option => option.Text is { Length: > 0 })
            .ToArray();
        var known = new Dictionary<string, string>(Paths);
        foreach (var (name, text) in texts.Where(o => Read.Contains(o.Name)))
        {
            foreach (var path in FilesOf(name, text!, verb.Name)) known[path] = name;
        }

        foreach (var (name, text) in texts.Where(o => Written.Contains(o.Name)))
        {
            foreach (var path in FilesOf(name, text!, verb.Name).Where(path => !known.TryAdd(path, name)))
                throw Clash(known[path], name, path);
        }

        // What the demo keeps of who hears through a card.
        if (texts.FirstOrDefault(o => o.Name == "--out").Text is not { } folder) return;
        foreach (var person in Persons)
        {
            if (texts.Any(o => o.Name == $"--{person}-speaker" && After(o.Text!, "file:") is not null)) continue;
            foreach (var path in KeptOfThem.Select(kind => Resolve(Path.Combine(folder, $"{person}-{kind}.wav"))).Where(path => !known.TryAdd(path, "--out")))
                throw Clash(known[path], "--out", path);
        }
    }

    private static UsageException Clash(string first, string second, string path) => new(
        $"{first} and {second} name the same file, {path}",
        Read.Contains(first) ? $"It would be overwritten: name another one with {second}." : $"Each would overwrite the other: name another one with {second}.");

    private static IEnumerable<string> FilesOf(string option, string text, string verb)
    {
        string?[] files = option switch
        {
            "--jitter" => [After(text, "trace:")],
            "--mic" or "--speaker" when verb == "lab" => [text],
            "--mic" or "--alice-mic" or "--bob-mic" or "--speaker" or "--alice-speaker" or "--bob-speaker" => [After(text, "file:") ?? After(text, "file+loop:")],
            _ => [text],
        };
        return files.OfType<string>().Where(file => file.Length > 0).Select(file => Resolve(file)).Where(file => !IsDevice(file));
    }

    private static string? After(string text, string prefix) => text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : null;

    /// <summary>What goes to /dev/null overwrites nothing.</summary>
    internal static bool IsDevice(string path) => path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal);

    /// <summary>The path with every link in it followed; of what is not there, as it would be made.</summary>
    internal static string Resolve(string path) => Resolve(path, 40);

    private static string Resolve(string path, int links)
    {
        try
        {
            var whole = Path.GetFullPath(path);
            var at = Path.GetPathRoot(whole)!;
            foreach (var part in whole[at.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
            {
                at = Path.Combine(at, part);
                // Where a link leads to may stand behind links itself.
                if (File.ResolveLinkTarget(at, returnFinalTarget: false) is { } target) at = links > 0 ? Resolve(target.FullName, links - 1) : target.FullName;
            }

            return at;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return path; // opening it says what is wrong with it
        }
    }
}
