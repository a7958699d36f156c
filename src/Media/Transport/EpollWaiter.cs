// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Earshot.Protocol;
using static Earshot.Media.Transport.LinuxSystemCalls;

namespace Earshot.Media.Transport;

/// <summary>Waits by epoll, with nanosecond time-outs where the C library has them, and is woken by an eventfd.</summary>
/// <remarks>
/// A descriptor is a number that is another file's as soon as it is closed, and a write there would be a byte in somebody's connection. So whoever
/// uses the two counts as a user meanwhile, and the last one closes them: <see cref="Dispose"/>, or a <see cref="Wake"/> or <see cref="Wait"/> that it met.
/// Thread: the worker; <see cref="Wake"/> and <see cref="Dispose"/>: any. Real-time: no allocation.
/// </remarks>
internal sealed unsafe class EpollWaiter : ISocketWaiter
{
    private const int Capacity = 64;
    private const int WakeToken = -1;

    // struct epoll_event is packed to 12 bytes on x86-64 and is 16 bytes elsewhere; the data stands behind the events, aligned or not.
    private static readonly int RegistrationSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int TokenOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private readonly int _epoll;
    private readonly int _wakeUp;
    private bool _nanoseconds = true;
    private int _signalled;
    private int _users = 1;
    private int _isDisposed;

    /// <summary>Opens the two descriptors.</summary>
    /// <exception cref="MediaTransportException">The process may open no more descriptors.</exception>
    public EpollWaiter()
    {
        const int CloseOnExec = 0x80000;
        const int NonBlocking = 0x800;
        _epoll = EpollCreate(CloseOnExec);
        _wakeUp = EventDescriptor(0, CloseOnExec | NonBlocking);
        if (_epoll < 0 || _wakeUp < 0)
        {
            CloseAll();
            throw new MediaTransportException("no more file descriptors: raise the limit (ulimit -n)");
        }

        try
        {
            Control(EpollCtlAdd, _wakeUp, WakeToken);
        }
        catch (MediaTransportException)
        {
            CloseAll();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Add(UdpPort port, int token)
    {
        if (!TryUse())
            return;
        try
        {
            Control(EpollCtlAdd, (int)port.Socket.Handle, token);
        }
        finally
        {
            LetGo();
        }
    }

    /// <inheritdoc/>
    public void Remove(UdpPort port)
    {
        if (!TryUse())
            return;
        Control(EpollCtlDel, (int)port.Socket.Handle, 0);
        LetGo();
    }

    /// <inheritdoc/>
    public int Wait(Instant now, Instant until, Span<int> ready)
    {
        // The wake-up of the end ends one wait only.
        if (Volatile.Read(ref _isDisposed) != 0 || !TryUse())
            return 0;
        byte* events = stackalloc byte[Capacity * 16];
        int count = WaitFor(events, Math.Min(Capacity, ready.Length + 1), until == Instant.Never ? -1 : Math.Max(0, until.Nanoseconds - now.Nanoseconds));
        int tokens = 0;
        for (int i = 0; i < count; i++)
        {
            int token = BinaryPrimitives.ReadInt32LittleEndian(new(events + (i * RegistrationSize) + TokenOffset, 4));
            if (token == WakeToken)
                DrainWakeUp();
            else if (tokens < ready.Length)
                ready[tokens++] = token;
        }

        LetGo();
        return tokens;
    }

    /// <inheritdoc/>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _signalled, 1) != 0 || !TryUse())
            return;
        ulong one = 1;
        Write(_wakeUp, &one, sizeof(ulong));
        LetGo();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        Wake(); // a Wait that nobody ended would hold on to them
        LetGo();
    }

    private bool TryUse()
    {
        for (int users = Volatile.Read(ref _users); users > 0; users = Volatile.Read(ref _users))
        {
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
                return true;
        }

        return false;
    }

    private void LetGo()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            CloseAll();
    }

    private void CloseAll()
    {
        if (_wakeUp >= 0)
            Close(_wakeUp);
        if (_epoll >= 0)
            Close(_epoll);
    }

    private int WaitFor(byte* events, int capacity, long nanoseconds)
    {
        if (_nanoseconds)
        {
            try
            {
                var timeout = new TimeSpec { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
                int count = EpollWaitNanoseconds(_epoll, events, capacity, nanoseconds < 0 ? null : &timeout, null);
                if (count >= 0 || Marshal.GetLastPInvokeError() is EIntr)
                    return Math.Max(0, count);
            }
            catch (EntryPointNotFoundException)
            {
                // glibc before 2.35.
            }

            _nanoseconds = false;
        }

        int milliseconds = nanoseconds < 0 ? -1 : (int)Math.Min(int.MaxValue, (nanoseconds + 999_999) / 1_000_000);
        return Math.Max(0, EpollWait(_epoll, events, capacity, milliseconds));
    }

    // First empty the eventfd, then allow the next signal: a producer in between finds the flag set, and its work is done in this turn.
    private void DrainWakeUp()
    {
        ulong count;
        Read(_wakeUp, &count, sizeof(ulong));
        Interlocked.Exchange(ref _signalled, 0);
    }

    private void Control(int operation, int descriptor, int token)
    {
        byte* registration = stackalloc byte[16];
        *(uint*)registration = EpollIn;
        BinaryPrimitives.WriteInt64LittleEndian(new(registration + TokenOffset, 8), token);
        if (EpollControl(_epoll, operation, descriptor, registration) < 0 && operation == EpollCtlAdd)
            throw new MediaTransportException($"a socket cannot be watched (error {Marshal.GetLastPInvokeError()}): raise the limit (fs.epoll.max_user_watches)");
    }
}
