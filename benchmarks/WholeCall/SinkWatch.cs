// SPDX-License-Identifier: MIT
using System.Diagnostics;

namespace Earshot.WholeCall;

/// <summary>Sees from outside when a file sink writes each of its blocks, by its size, every quarter of a millisecond.</summary>
internal sealed class SinkWatch : IDisposable
{
    private const int Header = 44;
    private readonly List<(long At, long Samples)> _growth = [];
    private readonly Thread _thread;
    private readonly string _path;
    private volatile bool _stop;

    public SinkWatch(string path)
    {
        _path = path;
        _thread = new Thread(Watch) { Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <summary>Wall-clock nanoseconds at which the block that holds a sample was seen in the file; −1 when it was not.</summary>
    public long WrittenAt(long sample)
    {
        var (low, high) = (0, _growth.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_growth[middle].Samples > sample) high = middle;
            else low = middle + 1;
        }

        return _growth.Count > 0 && _growth[low].Samples > sample ? _growth[low].At : -1;
    }

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
    }

    private void Watch()
    {
        var offset = ((DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * 100) - Now();
        while (!_stop && !File.Exists(_path)) Thread.Sleep(1);
        if (_stop) return;
        using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        long seen = 0;
        while (!_stop)
        {
            var samples = (file.Length - Header) / 2;
            if (samples > seen) _growth.Add((Now() + offset, seen = samples));
            NanoSleep.For(200_000);
        }
    }

    private static long Now() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));
}
