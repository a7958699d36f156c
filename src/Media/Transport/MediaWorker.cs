// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Earshot.Protocol;

namespace Earshot.Media.Transport;

/// <summary>A thread that owns some calls: their sockets, sending, receiving, RTCP and clocked ends.</summary>
/// <remarks>
/// <code>
///   sleep (ISocketWaiter) → commands → datagrams → captured frames → what is due → sleep
/// </code>
/// Thread: its own, but for <see cref="Post"/>, <see cref="SignalCapture"/> (real-time) and the counters: any.
/// </remarks>
internal sealed class MediaWorker : IDisposable
{
    /// <summary>Ports of one call.</summary>
    public const int MostPorts = 1 << PortBits;

    private const int PortBits = 4;

    private readonly ConcurrentQueue<Action<Instant>> _commands = new();
    private readonly List<IWorkerCall?> _slots = [];
    private readonly ISocketWaiter _waiter;
    private readonly Thread _thread;
    private readonly byte[] _datagram = new byte[UdpPort.MaximumDatagram];
    private readonly int[] _ready = new int[64];
    private Instant _due = Instant.Never;
    private Instant _now = MonotonicClock.Now;
    private long _allocated;
    private int _captureSignalled;
    private volatile bool _ending;

    /// <summary>Starts the thread.</summary>
    public MediaWorker(ISocketWaiter waiter, int number)
    {
        _waiter = waiter;
        _thread = new Thread(Run) { IsBackground = true, Name = $"earshot media {number}", Priority = ThreadPriority.Highest };
        _thread.Start();
    }

    /// <summary>Calls owned now; a moment old.</summary>
    public int Calls { get; private set; }

    /// <summary>Bytes that this thread has allocated.</summary>
    public long AllocatedBytes => Volatile.Read(ref _allocated);

    /// <summary>The last exception that reached the top of the thread; a defect. Null while all is well.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>True on the worker's own thread.</summary>
    public bool IsCurrent => Environment.CurrentManagedThreadId == _thread.ManagedThreadId;

    /// <summary>Runs a command on the worker, in order. Not for real-time threads: it allocates.</summary>
    public void Post(Action<Instant> command)
    {
        _commands.Enqueue(command);
        _waiter.Wake();
    }

    /// <summary>A call's capture queue holds a frame. Real-time; at most one short system call.</summary>
    public void SignalCapture()
    {
        if (IsCurrent)
            return;
        Volatile.Write(ref _captureSignalled, 1);
        _waiter.Wake();
    }

    /// <summary>Takes a call on. On the worker's thread.</summary>
    public void Attach(IWorkerCall call)
    {
        int slot = _slots.IndexOf(null);
        if (slot < 0)
        {
            slot = _slots.Count;
            _slots.Add(null);
        }

        _slots[slot] = call;
        Calls++;
        try
        {
            for (int i = 0; i < call.Ports.Count; i++)
                Watch(call, slot, i);
        }
        catch (MediaTransportException e)
        {
            LetGo(call, e); // it would hear nothing
        }
    }

    /// <summary>Lets a call go. On the worker's thread.</summary>
    public void Detach(IWorkerCall call)
    {
        int slot = _slots.IndexOf(call);
        if (slot < 0)
            return;
        for (int i = 0; i < call.Ports.Count; i++)
            RemovePort(call, i);
        _slots[slot] = null;
        Calls--;
    }

    /// <summary>A call has one more port. On the worker's thread.</summary>
    /// <exception cref="MediaTransportException">It cannot be watched.</exception>
    public void AddPort(IWorkerCall call, int port)
    {
        int slot = _slots.IndexOf(call);
        if (slot >= 0)
            Watch(call, slot, port);
    }

    /// <summary>A port of a call is about to close. On the worker's thread.</summary>
    public void RemovePort(IWorkerCall call, int port)
    {
        if (_slots.Contains(call) && call.Ports[port] is { } gone)
            _waiter.Remove(gone);
    }

    /// <summary>Runs what was posted, then ends the thread. Within 2 s.</summary>
    public void Dispose()
    {
        _ending = true;
        _waiter.Wake();
        if (_thread.Join(TimeSpan.FromSeconds(2)))
            _waiter.Dispose();
    }

    private void Watch(IWorkerCall call, int slot, int port)
    {
        if (call.Ports[port] is { } added)
            _waiter.Add(added, (slot << PortBits) | port);
    }

    private void Run()
    {
        while (!_ending || !_commands.IsEmpty)
        {
            try
            {
                Turn();
            }
            catch (Exception e)
            {
                // What a call throws is caught closer by; this was the worker's own, and the engine shows it.
                Failure = e;
            }
        }
    }

    private void Turn()
    {
        // Asked anew: a turn with many calls takes milliseconds, by which what is due would come late.
        int ready = _waiter.Wait(MonotonicClock.Now, _ending || !_commands.IsEmpty ? _now : _due, _ready);
        _now = MonotonicClock.Now;
        RunCommands();
        if (ready > 0)
            Receive(_ready.AsSpan(0, ready));
        if (Interlocked.Exchange(ref _captureSignalled, 0) != 0)
            Capture();
        RunDue();
        Volatile.Write(ref _allocated, GC.GetAllocatedBytesForCurrentThread());
    }

    private void RunCommands()
    {
        while (_commands.TryDequeue(out var command))
        {
            try
            {
                command(_now);
            }
            catch (Exception e)
            {
                Failure = e; // a call that could not be attached is silent, and its silence ends it
            }
        }
    }

    // One datagram a port and turn: a flood at one port does not starve the others, and no call is spent to learn that a socket is empty.
    private void Receive(ReadOnlySpan<int> ready)
    {
        long wallClockOffset = _now.Nanoseconds - ((DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * 100);
        foreach (int token in ready)
        {
            int slot = token >> PortBits;
            int port = token & (MostPorts - 1);
            if (slot >= _slots.Count || _slots[slot] is not { } call || port >= call.Ports.Count)
                continue;
            try
            {
                if (call.Ports[port] is { } at && at.TryReceive(_now, wallClockOffset, _datagram, out int length, out var from, out var arrival))
                    call.HandleDatagram(_now, arrival, port, in from, _datagram.AsSpan(0, length));
            }
            catch (Exception e)
            {
                LetGo(call, e);
            }
        }
    }

    private void Capture()
    {
        foreach (var call in CollectionsMarshal.AsSpan(_slots))
        {
            try
            {
                call?.HandleCapture(_now);
            }
            catch (Exception e)
            {
                LetGo(call!, e);
            }
        }
    }

    private void RunDue()
    {
        var due = Instant.Never;
        foreach (var call in CollectionsMarshal.AsSpan(_slots))
        {
            if (call is null)
                continue;
            try
            {
                if (call.PollTimeout() <= _now)
                    call.HandleTimeout(_now);
                due = Instant.Min(due, call.PollTimeout());
            }
            catch (Exception e)
            {
                LetGo(call, e);
            }
        }

        _due = due;
    }

    // A defect in one call neither silences the others nor comes back with every packet; the engine shows it.
    private void LetGo(IWorkerCall call, Exception e)
    {
        Failure = e;
        Detach(call);
        call.HandleFailure(_now);
    }
}
