// SPDX-License-Identifier: MIT
using System.Text.Json;
using Earshot.Peers.Tests.Harness;

namespace Earshot.Peers.Tests.Browser;

/// <summary>The page of examples/browser, served as its README says and shown in a headless Chromium.</summary>
internal sealed class WebPage : IAsyncDisposable
{
    private static readonly string Folder = Path.Combine(Repository.Root, "examples", "browser");

    // MediaRecorder would encode once more: an AudioWorklet hands over the samples themselves.
    private const string Recorder = """
        (async () => {
          const context = new AudioContext({ sampleRate: 48000 });
          const code = 'registerProcessor("keep", class extends AudioWorkletProcessor { process([[one]]) { if (one) this.port.postMessage(one.slice()); return true; } })';
          await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
          const keep = new AudioWorkletNode(context, 'keep', { numberOfOutputs: 0, channelCount: 1, channelCountMode: 'explicit' });
          const blocks = [];
          keep.port.onmessage = ({ data }) => blocks.push(data);
          context.createMediaStreamSource(document.getElementById('sound').srcObject).connect(keep);
          window.stopRecording = async () => {
            await context.close();
            const bytes = new Uint8Array(blocks.reduce((sum, block) => sum + 2 * block.length, 0));
            const view = new DataView(bytes.buffer);
            let at = 0;
            for (const block of blocks) for (const sample of block) { view.setInt16(at, Math.max(-1, Math.min(1, sample)) * 32767, true); at += 2; }
            let text = '';
            for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
            return btoa(text);
          };
          return '';
        })()
        """;

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

    /// <summary>Types Earshot's address, leaves the microphone as it is, and calls.</summary>
    public async Task CallAsync(int port, string scheme = "ws")
    {
        await Browser.FillAsync("#address", $"{scheme}://127.0.0.1:{port}");
        await Browser.EvaluateAsync("document.getElementById('cleaning').checked = false"); // a canceller would take the other voice out
        await Browser.ClickAsync("#call");
    }

    /// <summary>Waits until the page talks, is rung, or idles.</summary>
    public Task IsAsync(string state) =>
        Browser.EvaluateAsync($"new Promise((done, no) => {{ const stop = Date.now() + 25000; const look = () => document.body.dataset.state === '{state}' ? done('') : "
            + $"Date.now() > stop ? no(new Error('the page never came to {state}: ' + document.querySelector('main').innerText)) : setTimeout(look, 50); look(); }})");

    /// <summary>Keeps what the page plays from now on.</summary>
    public Task RecordAsync() => Browser.EvaluateAsync(Recorder);

    /// <summary>Ends the recording and writes it, 48 kHz mono.</summary>
    public async Task<string> SaveRecordingAsync(string path)
    {
        var samples = Convert.FromBase64String((await Browser.EvaluateAsync("window.stopRecording()")).GetString()!);
        await using var file = File.Create(path);
        await using var writer = new BinaryWriter(file);
        writer.Write("RIFF"u8);
        writer.Write(36 + samples.Length);
        writer.Write("WAVEfmt "u8);
        foreach (var word in (int[])[16, 0x0001_0001, 48000, 96000, 0x0010_0002]) writer.Write(word); // PCM, mono, 2 bytes a sample
        writer.Write("data"u8);
        writer.Write(samples.Length);
        writer.Write(samples);
        return path;
    }

    /// <summary>What <c>facts.js</c> reads from getStats().</summary>
    public Task<JsonElement> FactsAsync() => Browser.EvaluateAsync("window.earshot.facts()");

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        await _server.DisposeAsync();
    }
}
