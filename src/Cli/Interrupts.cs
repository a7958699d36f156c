// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using Earshot.Cli.Output;

namespace Earshot.Cli;

/// <summary>SIGINT, SIGTERM, a closed terminal, a reader who has gone and <c>q</c> + Enter end a command cleanly: the call is ended with BYE first.</summary>
/// <remarks>A second signal ends the process at once.</remarks>
internal sealed class Interrupts : IDisposable
{
    private static readonly TimeSpan ReaderCheck = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _source;
    private readonly PosixSignalRegistration _int;
    private readonly PosixSignalRegistration _term;
    private readonly PosixSignalRegistration _hangup;
    private readonly Timer _reader;
    private int _status;

    public Interrupts(CancellationToken outer)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        _int = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => OnSignal(c, ExitStatus.Interrupted));
        _term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => OnSignal(c, ExitStatus.Terminated));
        _hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, c => OnSignal(c, ExitStatus.TerminalClosed));
        _reader = new Timer(_ => { if (Terminal.IsOutputGone) Cancel(); }, null, ReaderCheck, ReaderCheck);
    }

    /// <summary>Cancelled by the first signal, or by <c>q</c>.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>130 or 143 after a signal, else what the command says itself.</summary>
    public int StatusOr(int status) => _status != 0 ? _status : status;

    /// <summary>Reads keys when standard input is a foreground terminal; its end does not end a call.</summary>
    /// <param name="output">Shows what is typed.</param>
    /// <param name="onLine">Gets each line that is not <c>q</c>.</param>
    public void WatchKeys(IOutput output, Action<string>? onLine = null)
    {
        if (Console.IsInputRedirected || !Terminal.IsForeground) return;
        new Thread(() => ReadLines(output, onLine)) { IsBackground = true, Name = "keys" }.Start();
    }

    public void Dispose()
    {
        _int.Dispose();
        _term.Dispose();
        _hangup.Dispose();
        _reader.Dispose();
        _source.Dispose();
    }

    // The terminal's own echo would stay in the line that lives.
    private void ReadLines(IOutput output, Action<string>? onLine)
    {
        var typed = new TypedLine();
        while (TryReadKey(out var key))
        {
            var line = typed.Take(key);
            output.Typed(typed.Text);
            if (line == "q")
            {
                Cancel();
                return;
            }

            if (line is not null) onLine?.Invoke(line);
        }
    }

    private static bool TryReadKey(out char key)
    {
        try
        {
            key = Console.ReadKey(intercept: true).KeyChar;
            return true;
        }
        catch (Exception gone) when (gone is InvalidOperationException or IOException)
        {
            key = default; // the terminal was closed
            return false;
        }
    }

    private void OnSignal(PosixSignalContext context, int status)
    {
        if (_status != 0) return; // the second one takes the system's course
        _status = status;
        context.Cancel = true;
        Cancel();
    }

    private void Cancel()
    {
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The command was just done.
        }
    }
}
