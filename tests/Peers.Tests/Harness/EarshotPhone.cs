// SPDX-License-Identifier: MIT
using System.Text.Json;

namespace Earshot.Peers.Tests.Harness;

/// <summary>The command with <c>--json</c>, as a script sees it.</summary>
internal sealed class EarshotPhone : RunningProgram
{
    private readonly List<JsonElement> _events = [];

    private EarshotPhone(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment)
        : base(program, arguments, environment: environment)
    {
    }

    public static EarshotPhone Start(params IEnumerable<string> arguments) => new(Repository.Command, [.. arguments, "--json"], null);

    public static EarshotPhone StartWith(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments) =>
        new(Repository.Command, [.. arguments, "--json"], environment);

    /// <summary>On a host of its own: in a network namespace.</summary>
    public static EarshotPhone StartIn(string networkNamespace, params IEnumerable<string> arguments) =>
        new("ip", ["netns", "exec", networkNamespace, Repository.Command, .. arguments, "--json"], null);

    /// <summary>As above, with more in its environment.</summary>
    public static EarshotPhone StartIn(string networkNamespace, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments) =>
        new("ip", ["netns", "exec", networkNamespace, Repository.Command, .. arguments, "--json"], environment);

    /// <summary>The events so far.</summary>
    public IReadOnlyList<JsonElement> Events
    {
        get { lock (_events) return [.. _events]; }
    }

    /// <summary>Waits for the <paramref name="count"/>-th event of this name.</summary>
    public async Task<JsonElement> EventAsync(string name, int seconds = 20, int count = 1)
    {
        for (var i = 0; i < seconds * 50; i++)
        {
            var found = Events.Where(e => e.GetProperty("event").GetString() == name).Take(count).ToArray();
            if (found.Length == count) return found[^1];
            if (HasExited && i > 10) break;
            await Task.Delay(20);
        }

        Assert.Fail($"no event '{name}' ({count}):\n{Output}");
        return default;
    }

    /// <summary>Waits until it listens and gives the SIP port.</summary>
    public async Task<int> PortAsync()
    {
        var uri = (await EventAsync("listening")).GetProperty("uri").GetString()!;
        var port = uri[(uri.LastIndexOf(':') + 1)..];
        return int.Parse(port.Split(';')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    protected override void Keep(string? line)
    {
        base.Keep(line);
        if (line is null || !line.StartsWith('{')) return;
        lock (_events) _events.Add(JsonDocument.Parse(line).RootElement.Clone());
    }
}
