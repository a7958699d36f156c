// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using System.Text.Json;
using Earshot.Peers.Tests.Harness;

namespace Earshot.Peers.Tests.Browser;

/// <summary>Chromium (Debian), headless, with a WAV file for a microphone: driven through <c>drive.mjs</c>.</summary>
internal sealed class ChromiumBrowser : RunningProgram
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _asked = new();
    private int _last;

    private ChromiumBrowser(string microphone)
        : base("node", [Path.Combine(Folder, "drive.mjs"), Program!, microphone], Folder)
    {
    }

    private static string Folder => Path.Combine(Repository.Root, "tests", "Peers.Tests", "Browser");

    private static string? Program => ((string[])["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]).FirstOrDefault(File.Exists);

    /// <summary>What is missing to run it; null when nothing is. A missing browser is reported as skipped.</summary>
    public static string? Missing =>
        Program is null ? "no Chromium is installed (apt-get install chromium)"
        : !Exists("node") ? "node is not installed (apt-get install nodejs npm)"
        : !Directory.Exists(Path.Combine(Folder, "node_modules", "playwright-core")) ? "playwright-core is not installed (eng/install test)"
        : null;

    /// <summary>Starts it with an empty profile; it listens to this file, over and over.</summary>
    public static async Task<ChromiumBrowser> StartAsync(string microphone)
    {
        var browser = new ChromiumBrowser(microphone);
        await browser.SaysAsync("\"ready\"");
        return browser;
    }

    /// <summary>Shows a page.</summary>
    public Task OpenAsync(string url) => AskAsync(new { @do = "open", url });

    /// <summary>Runs an expression in the page, waits for its promise, and gives its value.</summary>
    public Task<JsonElement> EvaluateAsync(string code, int seconds = 30) => AskAsync(new { @do = "evaluate", code }, seconds);

    /// <summary>Presses what the selector finds, once it can be pressed.</summary>
    public Task ClickAsync(string selector) => AskAsync(new { @do = "click", selector });

    /// <summary>Types into a field.</summary>
    public Task FillAsync(string selector, string text) => AskAsync(new { @do = "fill", selector, text });

    /// <summary>Waits until what the selector finds shows this text.</summary>
    public Task SeesAsync(string selector, string text) => AskAsync(new { @do = "see", selector, text }, 40);

    protected override void Keep(string? line)
    {
        base.Keep(line);
        if (line is null || !line.StartsWith('{')) return;
        var said = JsonDocument.Parse(line).RootElement;
        if (!said.TryGetProperty("id", out var id) || !_asked.TryRemove(id.GetInt32(), out var asked)) return;
        if (said.TryGetProperty("error", out var wrong)) asked.TrySetException(new InvalidOperationException(wrong.GetString()));
        else asked.TrySetResult(said.GetProperty("value").Clone());
    }

    private async Task<JsonElement> AskAsync(object command, int seconds = 30)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[id] = answer;
        var text = JsonSerializer.SerializeToNode(command)!.AsObject();
        text["id"] = id;
        Type(text.ToJsonString() + "\n");
        try
        {
            return await answer.Task.WaitAsync(TimeSpan.FromSeconds(seconds));
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or TimeoutException)
        {
            Assert.Fail($"{text.ToJsonString()}: {wrong.Message}\n{Tail(Output)}");
            throw;
        }
    }

    private static string Tail(string text) => text.Length > 4000 ? text[^4000..] : text;
}
