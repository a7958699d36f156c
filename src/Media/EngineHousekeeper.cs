// SPDX-License-Identifier: MIT
using Earshot.Media.Transport;
using Earshot.Protocol;

namespace Earshot.Media;

/// <summary>The engine's one ordinary thread: it tells the calls' events and counts what the media threads allocate.</summary>
/// <remarks>Thread: its own; <see cref="Wake"/> any, real-time; <see cref="Add"/> and <see cref="Remove"/> any ordinary one.</remarks>
internal sealed class EngineHousekeeper : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly ISocketWaiter _waiter;
    private readonly Func<long> _allocatedBytes;
    private readonly Lock _gate = new();
    private readonly List<MediaSession> _sessions = [];
    private readonly Thread _thread;
    private MediaSession[] _snapshot = [];
    private Instant _next = MonotonicClock.Now + Second;
    private long _allocatedBefore;
    private long _allocatedByGone;
    private volatile bool _ending;

    /// <summary>Starts the thread.</summary>
    /// <param name="waiter">What it sleeps on.</param>
    /// <param name="allocatedBytes">Bytes that the workers have allocated so far.</param>
    public EngineHousekeeper(ISocketWaiter waiter, Func<long> allocatedBytes)
    {
        _waiter = waiter;
        _allocatedBytes = allocatedBytes;
        _allocatedBefore = Allocated();
        _thread = new Thread(Run) { IsBackground = true, Name = "earshot media housekeeping" };
        _thread.Start();
    }

    /// <summary>Bytes that the workers and playback allocated in the last whole second.</summary>
    public double AllocatedBytesPerSecond { get; private set; }

    /// <summary>The last exception that a listener threw or that reached the top of the thread; null while all is well.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>An event waits.</summary>
    public void Wake() => _waiter.Wake();

    /// <summary>Begins to tell a call's events.</summary>
    public void Add(MediaSession session)
    {
        lock (_gate)
        {
            _sessions.Add(session);
            _snapshot = [.. _sessions];
        }
    }

    /// <summary>Ends it.</summary>
    public void Remove(MediaSession session)
    {
        lock (_gate)
        {
            if (_sessions.Remove(session))
                _allocatedByGone += session.PlaybackAllocatedBytes;
            _snapshot = [.. _sessions];
        }
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose()
    {
        _ending = true;
        _waiter.Wake();
        if (_thread == Thread.CurrentThread || _thread.Join(TimeSpan.FromSeconds(2)))
            _waiter.Dispose();
    }

    private void Run()
    {
        while (!_ending)
        {
            try
            {
                Turn();
            }
            catch (Exception e)
            {
                // Without this thread no call's end is told; what fails again and again, e.g. the waiter, is tried at a walking pace.
                Failure = e;
                Thread.Sleep(AfterFailure);
            }
        }
    }

    private void Turn()
    {
        _waiter.Wait(MonotonicClock.Now, _next, default);
        foreach (var session in _snapshot)
            Tell(session);
        if (MonotonicClock.Now < _next)
            return;
        _next = MonotonicClock.Now + Second;
        long allocated = Allocated();
        AllocatedBytesPerSecond = allocated - _allocatedBefore;
        _allocatedBefore = allocated;
    }

    private long Allocated()
    {
        lock (_gate)
            return _allocatedBytes() + _allocatedByGone + _sessions.Sum(session => session.PlaybackAllocatedBytes);
    }

    private void Tell(MediaSession session)
    {
        try
        {
            session.TellEvents();
        }
        catch (Exception e)
        {
            // A listener's defect ends neither the thread nor the other calls.
            Failure = e;
        }
    }
}
