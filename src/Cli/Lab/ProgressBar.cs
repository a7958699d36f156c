// SPDX-License-Identifier: MIT
namespace Earshot.Cli.Lab;

/// <summary>How far a long work is, on standard error and only when that is a terminal.</summary>
/// <remarks>Thread: any.</remarks>
internal sealed class ProgressBar(int total) : IDisposable
{
    private const int Width = 40;
    private readonly bool _lives = !Console.IsErrorRedirected;
    private readonly Lock _lock = new();
    private int _shown = -1;

    /// <summary>So many are done.</summary>
    public void Show(int done)
    {
        var filled = done * Width / Math.Max(1, total);
        lock (_lock)
        {
            // Threads report out of order: the bar never goes back.
            if (!_lives || done <= _shown) return;
            _shown = done;
            Console.Error.Write($"\r[{new string('#', filled)}{new string('.', Width - filled)}] {done}/{total}");
        }
    }

    /// <summary>Takes the bar away.</summary>
    public void Dispose()
    {
        if (_lives) Console.Error.Write("\r\u001b[K");
    }
}
