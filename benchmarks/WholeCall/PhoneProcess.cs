// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Text.Json;

namespace Earshot.WholeCall;

/// <summary>The command in a process of its own, its JSON lines read.</summary>
internal sealed class PhoneProcess : IDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource<string> _listening = new();

    public PhoneProcess(string command, params IEnumerable<string> arguments)
        : this([command], arguments)
    {
    }

    /// <param name="command">The command, with what starts it before it, if anything.</param>
    /// <param name="arguments">Its arguments.</param>
    public PhoneProcess(string[] command, params IEnumerable<string> arguments)
    {
        _process = Process.Start(new ProcessStartInfo(command[0], [.. command[1..], .. arguments, "--json"]) { RedirectStandardOutput = true })!;
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
    }

    /// <summary>The URI it listens on.</summary>
    public Task<string> Listening => _listening.Task;

    /// <summary>The last counters.</summary>
    public string LastStatistics { get; private set; } = "";

    /// <summary>Processor time that it has used.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident bytes.</summary>
    public long Resident
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public Task EndsAsync() => _process.WaitForExitAsync();

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null) return;
        using var json = JsonDocument.Parse(line);
        switch (json.RootElement.GetProperty("event").GetString())
        {
            case "listening": _listening.TrySetResult(json.RootElement.GetProperty("uri").GetString()!); break;
            case "stats": LastStatistics = line; break;
            case "error" or "notice": Console.Error.WriteLine(line); break;
        }
    }
}
