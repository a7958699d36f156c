// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using Earshot.Protocol;

namespace Earshot.Media.Transport.Streams;

/// <summary>Starts connections for a worker, which has no time to wait until their threads run.</summary>
/// <remarks>
/// A thread of its own, one for the process: the thread pool's may all have other work, and prefer their own to what comes from outside. ICE asks once
/// over a stream and nobody repeats it, so a connection that was started late was a pair that failed.
/// Thread: any. <see cref="Start"/>: no system call but one wake-up.
/// </remarks>
internal sealed class StreamStarter
{
    private const int Stack = 256 * 1024;

    private static StreamStarter? _only;
    private static object? _gate;
    private static bool _isThere;

    private readonly ConcurrentQueue<StreamPort> _waiting = new();
    private readonly ISocketWaiter _waiter = SocketWaiter.Create(portable: false);

    private StreamStarter() => new Thread(Run, Stack) { IsBackground = true, Name = "earshot stream starter" }.Start();

    /// <summary>The process's.</summary>
    /// <exception cref="MediaTransportException">The process may open no more descriptors.</exception>
    public static StreamStarter Shared => LazyInitializer.EnsureInitialized<StreamStarter>(ref _only, ref _isThere, ref _gate, static () => new());

    /// <summary>Has it started, now or soon.</summary>
    public void Start(StreamPort port)
    {
        _waiting.Enqueue(port);
        _waiter.Wake();
    }

    private void Run()
    {
        while (true)
        {
            while (_waiting.TryDequeue(out var port))
                port.Start();
            _waiter.Wait(MonotonicClock.Now, Instant.Never, []);
        }
    }
}
