// SPDX-License-Identifier: MIT
using Earshot.Peers.Tests.Harness;

namespace Earshot.Peers.Tests.Browser;

/// <summary>The page of examples/browser, served as its README says and shown in a headless Chromium.</summary>
internal sealed class WebPage : IAsyncDisposable
{
    private static readonly string Folder = Path.Combine(Repository.Root, "examples", "browser");

    private readonly RunningProgram _server;

    private WebPage(RunningProgram server, ChromiumBrowser browser, string url) => (_server, Browser, Url) = (server, browser, url);

    public ChromiumBrowser Browser { get; }

    /// <summary>Where it is served.</summary>
    public string Url { get; }

    /// <summary>What is missing; null when nothing is.</summary>
    public static string? Missing => ChromiumBrowser.Missing
        ?? (File.Exists(Path.Combine(Folder, "built", "phone.js")) ? null : "the page of examples/browser is not built (eng/install test)");

    /// <param name="speaks">What its microphone hears.</param>
    public static async Task<WebPage> ShowAsync(string speaks)
    {
        var server = new RunningProgram("node", [Path.Combine(Folder, "serve.js"), "--host", "127.0.0.1", "--port", "0"], Folder);
        await server.SaysAsync("The page is at ");
        var url = server.Output[server.Output.IndexOf("http", StringComparison.Ordinal)..].Trim();
        var browser = await ChromiumBrowser.StartAsync(speaks);
        await browser.OpenAsync(url);
        return new WebPage(server, browser, url);
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        await _server.DisposeAsync();
    }
}
