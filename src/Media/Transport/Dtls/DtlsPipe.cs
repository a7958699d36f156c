// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Org.BouncyCastle.Tls;

namespace Earshot.Media.Transport.Dtls;

/// <summary>Why a handshake must stop at once.</summary>
internal enum DtlsStop
{
    /// <summary>It need not.</summary>
    None,

    /// <summary>We want no more of it.</summary>
    Cancelled,

    /// <summary>The peer speaks from another address after all: begin anew with it.</summary>
    Restarted,

    /// <summary>The peer's unprotected alert stands: it says nothing more.</summary>
    Alerted,

    /// <summary>The peer sends more than any handshake needs.</summary>
    Oversized,

    /// <summary>The time is over, by the clock that nobody sets.</summary>
    TimedOut,
}

/// <summary>The datagrams of one handshake, as the library asks for them: rings on the outside, the filter and the coalescer between.</summary>
/// <remarks>
/// <code>
///   ring in ─► DtlsInboundFilter ─► Receive            Send ─► DtlsCoalescer ─► ring out
/// </code>
/// <see cref="Close"/> closes nothing but this: the socket belongs to the call. After it, and on every stop, <see cref="Receive(byte[], int, int, int)"/> throws: a library that
/// is told "nothing came" asks again for ever. Thread: whichever pumps the handshake.
/// </remarks>
internal sealed class DtlsPipe : DatagramTransport
{
    private readonly DatagramRing _inbound;
    private readonly DtlsCoalescer _coalescer;
    private readonly DtlsInboundFilter _filter;
    private readonly Func<bool> _isCancelled;
    private readonly Action _wakeWorker;
    private readonly int _largest;
    private bool _closed;

    /// <summary>Joins the parts.</summary>
    /// <param name="inbound">From the worker; an empty datagram is the mark of a restart.</param>
    /// <param name="outbound">To the worker.</param>
    /// <param name="terms">Role and largest datagram.</param>
    /// <param name="isCancelled">Asked before each wait.</param>
    /// <param name="wakeWorker">Something waits in the ring to the worker.</param>
    public DtlsPipe(DatagramRing inbound, DatagramRing outbound, DtlsTerms terms, Func<bool> isCancelled, Action wakeWorker)
    {
        _inbound = inbound;
        _coalescer = new DtlsCoalescer(outbound, terms.LargestDatagram);
        _filter = new DtlsInboundFilter(terms.IsClient);
        _isCancelled = isCancelled;
        _wakeWorker = wakeWorker;
        _largest = terms.LargestDatagram;
    }

    /// <summary>What this thread sleeps on while a handshake runs; null afterwards, when only what waits is read.</summary>
    public ISocketWaiter? Waiter { get; set; }

    /// <summary>When the handshake must be over; asked before each wait.</summary>
    public Func<Instant> Deadline { get; set; } = static () => Instant.Never;

    /// <summary>The library's own way to end, called when we cancel: it says goodbye to the peer.</summary>
    public Action? SayGoodbye { get; set; }

    /// <summary>True once the library has ended it: the peer said goodbye.</summary>
    public bool IsClosed => _closed;

    /// <summary>Why receiving threw.</summary>
    public DtlsStop Stop { get; private set; }

    /// <summary>The number of the alert that <see cref="DtlsStop.Alerted"/> means.</summary>
    public byte Alert => _filter.Alert;

    /// <summary>True once anything of the peer went on to the handshake.</summary>
    public bool HasHeard { get; private set; }

    /// <inheritdoc/>
    public int GetReceiveLimit() => 1500;

    /// <inheritdoc/>
    public int GetSendLimit() => _largest;

    /// <inheritdoc/>
    public int Receive(byte[] buf, int off, int len, int waitMillis) => Receive(buf.AsSpan(off, len), waitMillis);

    /// <inheritdoc/>
    public int Receive(Span<byte> buffer, int waitMillis)
    {
        Flush();
        var until = MonotonicClock.Now + TimeSpan.FromMilliseconds(waitMillis);
        while (true)
        {
            var now = MonotonicClock.Now;
            ThrowIfStopped(now);
            if (TryTake(now, buffer, out int length))
                return length;
            if (now >= until)
                return -1;
            Sleep(now, Instant.Min(until, Instant.Min(Deadline(), _filter.AlertDue)));
        }
    }

    /// <inheritdoc/>
    public void Send(byte[] buf, int off, int len) => Send(buf.AsSpan(off, len));

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> buffer) => _coalescer.Add(buffer);

    /// <summary>Ends this pipe, not the socket behind it.</summary>
    public void Close()
    {
        Flush();
        _closed = true;
    }

    /// <summary>Lets go what was sent since the last datagram.</summary>
    public void Flush()
    {
        if (_coalescer.Flush())
            _wakeWorker();
    }

    private bool TryTake(Instant now, Span<byte> buffer, out int length)
    {
        length = 0;
        while (length == 0 && _inbound.TryPeek(out var datagram))
        {
            bool isMark = datagram.IsEmpty;
            if (datagram.Length <= buffer.Length)
                length = _filter.Admit(now, datagram, buffer);
            _inbound.Release();
            if (isMark && Waiter is not null)
                throw Stopped(DtlsStop.Restarted);
        }

        HasHeard |= length > 0;
        return length > 0;
    }

    private void ThrowIfStopped(Instant now)
    {
        if (_closed)
            throw new IOException("closed");
        if (_isCancelled())
        {
            Stop = DtlsStop.Cancelled;
            SayGoodbye?.Invoke();
            throw Stopped(DtlsStop.Cancelled);
        }

        if (Waiter is null)
            return;
        if (_filter.IsOversized)
            throw Stopped(DtlsStop.Oversized);
        if (now >= _filter.AlertDue)
            throw Stopped(DtlsStop.Alerted);
        if (now >= Deadline())
            throw Stopped(DtlsStop.TimedOut);
    }

    private IOException Stopped(DtlsStop why)
    {
        Stop = why;
        return new(why.ToString());
    }

    private void Sleep(Instant now, Instant until)
    {
        if (Waiter is { } waiter)
            waiter.Wait(now, until, []);
        else
            Thread.Sleep(1);
    }
}
