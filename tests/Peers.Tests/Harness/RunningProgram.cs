// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Text;

namespace Earshot.Peers.Tests.Harness;

/// <summary>A program that runs beside the test, its output kept; ended with the test.</summary>
internal class RunningProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RunningProgram(string file, IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, e) => Keep(e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(e.Data);
        _process.Exited += (_, _) => _exited.TrySetResult();
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    /// <summary>True when a program of this name is on the path: a missing peer is reported as skipped.</summary>
    public static bool Exists(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, name)));

    /// <summary>Waits for a line that contains <paramref name="text"/>; a program that never says it fails the test with all it said.</summary>
    public async Task SaysAsync(string text, int seconds = 20)
    {
        for (var i = 0; i < seconds * 50; i++)
        {
            if (Output.Contains(text, StringComparison.Ordinal)) return;
            if (_process.HasExited && i > 10)
            {
                // Its last words may still be in the pipe.
                await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (Output.Contains(text, StringComparison.Ordinal)) return;
                break;
            }

            await Task.Delay(20);
        }

        Assert.Fail($"{_process.StartInfo.FileName} never said '{text}':\n{Output}");
    }

    /// <summary>Waits for the end and gives the exit status.</summary>
    public async Task<int> EndsAsync(int seconds = 60)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(seconds));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{_process.StartInfo.FileName} did not end in {seconds} s:\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>Writes to its standard input.</summary>
    public void Type(string text)
    {
        _process.StandardInput.Write(text);
        _process.StandardInput.Flush();
    }

    /// <summary>Sends a signal, e.g. INT.</summary>
    public void Signal(string name) => Process.Start("kill", [$"-{name}", $"{Id}"]).WaitForExit();

    public virtual async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal("INT");
            await _exited.Task.WaitAsync(TimeSpan.FromSeconds(3)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        GC.SuppressFinalize(this);
    }

    protected virtual void Keep(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
    }
}
