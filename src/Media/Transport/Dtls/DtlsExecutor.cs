// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Transport.Dtls;

/// <summary>The threads of all handshakes of a process: one that looks after the associations, and a short-lived one with a small stack for each handshake that runs.</summary>
/// <remarks>
/// <code>
///   [worker] Wake ─► [own thread] ┬ first datagram: a thread, if fewer than the limit run, else a place in the queue, if there is one
///                                 ├ standing association: answers what comes late
///                                 └ nobody spoke in time: ended
/// </code>
/// Without a plausible beginning from a plausible place (<see cref="DtlsSourceGuard"/>) no thread begins: a stranger's datagram costs a look at its first bytes.
/// Thread: any; <see cref="Wake"/> real-time.
/// </remarks>
internal sealed class DtlsExecutor(int mostHandshakes = 32, int mostWaiting = 128, bool portable = false) : IDisposable
{
    // The library's deepest call needs less than half of it.
    private const int StackSize = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly List<DtlsSession> _sessions = [];
    private readonly Stack<ISocketWaiter> _idle = new();
    private DtlsSession[] _snapshot = [];
    private volatile ISocketWaiter? _waiter;
    private Thread? _thread;
    private int _running;
    private int _waiting;
    private volatile bool _ending;

    /// <summary>Handshakes that run now.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Associations that are looked after.</summary>
    public int Sessions => Volatile.Read(ref _snapshot).Length;

    /// <summary>The last exception that reached the top of a thread, or that a listener threw; a defect. Null while all is well.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Something is due. Real-time; at most one short system call.</summary>
    public void Wake() => _waiter?.Wake();

    /// <summary>Ends all associations and the threads. Within a few seconds.</summary>
    public void Dispose()
    {
        _ending = true;
        foreach (var session in Volatile.Read(ref _snapshot))
            session.Cancel();
        Wake();
        _thread?.Join(TimeSpan.FromSeconds(2));
        lock (_gate)
        {
            while (_idle.TryPop(out var waiter))
                waiter.Dispose();
        }
    }

    /// <summary>Begins to look after an association.</summary>
    internal void Add(DtlsSession session)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ending, this);
            _sessions.Add(session);
            Volatile.Write(ref _snapshot, [.. _sessions]);
            if (_thread is null)
            {
                _waiter = SocketWaiter.Create(portable);
                _thread = new Thread(LookAfter, StackSize) { IsBackground = true, Name = "earshot dtls" };
                _thread.Start();
            }
        }

        Wake();
    }

    /// <summary>Ends looking after it.</summary>
    internal void Remove(DtlsSession session)
    {
        lock (_gate)
        {
            if (_sessions.Remove(session))
                Volatile.Write(ref _snapshot, [.. _sessions]);
        }
    }

    /// <summary>Gives an association its thread, now or later, or refuses it. Thread: this one's own.</summary>
    internal void Start(DtlsSession session)
    {
        if (_running < mostHandshakes)
            Run(session);
        else if (++_waiting > mostWaiting)
            session.Refuse();
    }

    private void LookAfter()
    {
        while (!_ending || Running > 0)
        {
            var now = MonotonicClock.Now;
            var due = _ending ? now + TimeSpan.FromMilliseconds(10) : Instant.Never;
            _waiting = 0;
            foreach (var session in Volatile.Read(ref _snapshot))
                due = Instant.Min(due, Service(session, now));
            _waiter!.Wait(now, due, []);
        }

        foreach (var session in Volatile.Read(ref _snapshot))
            Service(session, MonotonicClock.Now);
        _waiter!.Dispose();
    }

    private Instant Service(DtlsSession session, Instant now)
    {
        try
        {
            return session.Service(now);
        }
        catch (Exception defect)
        {
            Fail(session, defect);
            return Instant.Never;
        }
    }

    // A defect ends one association, and is shown; the others go on.
    private void Fail(DtlsSession session, Exception defect)
    {
        Failure = defect;
        try
        {
            session.Fail(defect);
        }
        catch (Exception again)
        {
            Failure = again;
        }
    }

    private void Run(DtlsSession session)
    {
        ISocketWaiter waiter;
        try
        {
            lock (_gate)
                waiter = _idle.TryPop(out var idle) ? idle : SocketWaiter.Create(portable);
        }
        catch (MediaTransportException)
        {
            session.Refuse(); // no more descriptors
            return;
        }

        Interlocked.Increment(ref _running);
        session.TakeThread();
        new Thread(() => Handshake(session, waiter), StackSize) { IsBackground = true, Name = "earshot dtls handshake" }.Start();
    }

    private void Handshake(DtlsSession session, ISocketWaiter waiter)
    {
        try
        {
            session.Run(waiter);
        }
        catch (Exception defect)
        {
            Fail(session, defect);
        }

        Keep(waiter);
        Interlocked.Decrement(ref _running);
        Wake();
    }

    // A handshake may end when nobody takes its waiter any more.
    private void Keep(ISocketWaiter waiter)
    {
        lock (_gate)
        {
            if (_ending)
                waiter.Dispose();
            else
                _idle.Push(waiter);
        }
    }
}
