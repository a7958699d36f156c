// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Text.Json;

namespace Earshot.Cli.Demo;

/// <summary>A phone of the demo: this same command in a process of its own, its JSON lines read.</summary>
internal sealed class DemoPhone : IDisposable
{
    private readonly Process _process;
    private readonly Action<JsonElement> _onEvent;

    public DemoPhone(IEnumerable<string> arguments, Action<JsonElement> onEvent)
    {
        _onEvent = onEvent;
        var start = new ProcessStartInfo(Environment.ProcessPath!, [.. OwnAssembly(), .. arguments, "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => { if (line.Data is not null) Console.Error.WriteLine(line.Data); };
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits for the end and gives the exit status.</summary>
    public async Task<int> EndsAsync(CancellationToken cancel)
    {
        await _process.WaitForExitAsync(cancel).ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>Asks it to hang up and end, as Ctrl-C does.</summary>
    public void Interrupt()
    {
        if (!_process.HasExited && !OperatingSystem.IsWindows()) using (Process.Start("kill", ["-INT", $"{_process.Id}"])) { }
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    /// <summary>Run by <c>dotnet earshot.dll</c> the process is dotnet and the assembly its first argument.</summary>
    private static string[] OwnAssembly() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Path.Combine(AppContext.BaseDirectory, "earshot.dll")] : [];

    private void Take(string? line)
    {
        if (line is null || !line.StartsWith('{')) return;
        try
        {
            using var document = JsonDocument.Parse(line);
            _onEvent(document.RootElement);
        }
        catch (JsonException)
        {
            // A phone that was killed leaves half a line.
        }
    }
}
