// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Org.BouncyCastle.Tls;

namespace Earshot.Media.Transport.Dtls;

/// <summary>Where an association stands.</summary>
internal enum DtlsState
{
    /// <summary>Nothing was begun.</summary>
    New,

    /// <summary>Waits for the peer's first word. No thread is held.</summary>
    Waiting,

    /// <summary>Waits for a thread.</summary>
    Queued,

    /// <summary>On its thread.</summary>
    Handshaking,

    /// <summary>Keys are there.</summary>
    Established,

    /// <summary>Over; <see cref="DtlsSession.Outcome"/> says why.</summary>
    Ended,
}

/// <summary>One DTLS association of a call: a handshake, its keys, and what must be answered afterwards.</summary>
/// <remarks>
/// <code>
///   New ─Begin─► Waiting ─first datagram─► Queued ─► Handshaking ─► Established ─► Ended
///        └─ as client ──────────────────────┘  ▲          │ a stranger failed: once more (DtlsSourceGuard bounds how many)
///                                              └──────────┘
///   [worker]   HandlePacket ─► ring ─► [handshake thread, later the executor's] ─► ring ─► PollTransmit   [worker]
///                                          └─ Keys, changed
/// </code>
/// Thread: <see cref="HandlePacket"/>, <see cref="Restart"/> and <see cref="PollTransmit"/> belong to the call's worker: real-time, no allocation, no lock, at most one short system
/// call. <see cref="Begin"/>, <see cref="Cancel"/> and <see cref="Dispose"/>: the control thread. The state, <see cref="Keys"/> and <see cref="Outcome"/>: any.
/// </remarks>
internal sealed class DtlsSession : IDisposable
{
    /// <summary>Datagrams that wait at most: the ClientHello may come before the handshake runs.</summary>
    public const int Waiting = 64;

    private const int RingBytes = 16_384;

    private readonly DtlsExecutor _executor;
    private readonly Action _transmit;
    private readonly Action<DtlsSession> _changed;
    private readonly DatagramRing _inbound = new(Waiting, RingBytes);
    private readonly DatagramRing _outbound = new(Waiting, RingBytes);
    private readonly byte[] _rest = new byte[1500];
    private volatile ISocketWaiter? _waiter;
    private volatile DtlsState _state;
    private volatile bool _cancelled;
    private volatile bool _disposed;
    private volatile int _attempt;
    private volatile bool _sourceProven;
    private volatile int _restarts; // the worker counts them
    private int _restartsSeen; // the handshake's
    private bool _discards; // the worker's
    private bool _owesMark; // the worker's
    private DtlsOutcome? _mismatch; // of a stranger, or of the peer behind a translator: who can say
    private DtlsKeys? _keys;
    private DtlsPipe? _pipe;
    private DtlsTransport? _transport;
    private Instant _begun;
    private long _due;

    /// <summary>An association that has not begun.</summary>
    /// <param name="executor">Runs it.</param>
    /// <param name="terms">What was agreed upon.</param>
    /// <param name="transmit">Called on a thread of the executor: <see cref="PollTransmit"/> has something.</param>
    /// <param name="changed">Called on a thread of the executor: it stands, or ended.</param>
    public DtlsSession(DtlsExecutor executor, DtlsTerms terms, Action transmit, Action<DtlsSession> changed) =>
        (_executor, Terms, _transmit, _changed) = (executor, terms, transmit, changed);

    /// <summary>What was agreed upon.</summary>
    public DtlsTerms Terms { get; }

    /// <summary>Where it stands.</summary>
    public DtlsState State => _state;

    /// <summary>The keys; null until it stands.</summary>
    public DtlsKeys? Keys => Volatile.Read(ref _keys);

    /// <summary>How it ended; null until then.</summary>
    public DtlsOutcome? Outcome { get; private set; }

    /// <summary>From the first step of the handshake to the keys.</summary>
    public TimeSpan HandshakeTime { get; private set; }

    /// <summary>Counts from 0; another number: the peer of the last attempt was none.</summary>
    public int Attempt => _attempt;

    /// <summary>Set by the worker while what is handed over comes from where the peer must be. A failure then ends the association; of a stranger's it does not.</summary>
    public bool IsSourceProven
    {
        get => _sourceProven;
        set => _sourceProven = value;
    }

    /// <summary>Datagrams that found the ring full.</summary>
    public long Dropped => _inbound.Dropped;

    /// <summary>Begins: as client at once, as server with the peer's first word. What came before waits in the ring.</summary>
    public void Begin()
    {
        if (_state != DtlsState.New)
            return;
        _begun = MonotonicClock.Now;
        Volatile.Write(ref _due, (Terms.IsAwaited ? _begun + Terms.Timeout : Instant.Never).Nanoseconds);
        _state = Terms.IsClient ? DtlsState.Queued : DtlsState.Waiting;
        _executor.Add(this);
    }

    /// <summary>The call is taken: from now on the keys are awaited. Once; what stands, or is awaited already, is left alone.</summary>
    public void Demand()
    {
        long due = (MonotonicClock.Now + Terms.Timeout).Nanoseconds;
        if (Interlocked.CompareExchange(ref _due, due, Instant.Never.Nanoseconds) == Instant.Never.Nanoseconds)
            Wake();
    }

    /// <summary>Ends it within a few milliseconds, with a goodbye where there is somebody to take it. The keys that were handed out go on.</summary>
    public void Cancel()
    {
        _cancelled = true;
        Wake();
    }

    /// <summary>Cancels, and erases the keys: after their contexts were made.</summary>
    public void Dispose()
    {
        _disposed = true;
        Cancel(); // with a full fence in it
        Keys?.Dispose();
    }

    /// <summary>Takes a datagram of DTLS from the peer.</summary>
    /// <returns>False when there is no room: the peer sends again.</returns>
    public bool HandlePacket(ReadOnlySpan<byte> datagram)
    {
        bool taken = !datagram.IsEmpty && TryMark() && _inbound.TryWrite(datagram);
        Wake();
        return taken;
    }

    /// <summary>The peer speaks from elsewhere: what is handed over from now on belongs to another attempt.</summary>
    public void Restart()
    {
        if (_state is DtlsState.Established or DtlsState.Ended)
            return;
        _discards = _owesMark = true;
        _restarts++;
        TryMark();
        Wake();
    }

    /// <summary>Takes the next datagram to send.</summary>
    /// <param name="buffer">Receives it; as long as <see cref="DtlsTerms.LargestDatagram"/>.</param>
    /// <returns>Bytes of it; 0 when none waits.</returns>
    public int PollTransmit(Span<byte> buffer)
    {
        Span<byte> datagram;
        while (true)
        {
            if (!_outbound.TryPeek(out datagram))
                return 0;
            // What an attempt still had to say was for another than the peer of the next: an answer to another's hello would end its handshake.
            _discards &= !datagram.IsEmpty && _state != DtlsState.Established;
            if (!_discards && !datagram.IsEmpty)
                break;
            _outbound.Release();
        }

        int length = datagram.Length <= buffer.Length ? datagram.Length : 0;
        datagram[..length].CopyTo(buffer);
        _outbound.Release();
        return length;
    }

    /// <summary>Does what is due. Thread: the executor's own.</summary>
    /// <returns>When something is due next.</returns>
    internal Instant Service(Instant now)
    {
        var due = Due();
        switch (_state)
        {
            case DtlsState.Waiting or DtlsState.Queued when _cancelled:
                End(new(DtlsFailure.Cancelled));
                break;
            case DtlsState.Waiting when now >= due:
                End(_mismatch ?? new(DtlsFailure.PeerSilent));
                break;
            case DtlsState.Waiting when !_inbound.IsEmpty:
                Queue(now);
                break;
            case DtlsState.Queued:
                Queue(now);
                break;
            case DtlsState.Established:
                Pump();
                break;
        }

        return _state is DtlsState.Waiting ? due : Instant.Never;
    }

    /// <summary>Runs one attempt. Thread: the handshake's.</summary>
    internal void Run(ISocketWaiter waiter)
    {
        _waiter = waiter;
        var attempt = new DtlsAttempt(Terms);
        var pipe = new DtlsPipe(_inbound, _outbound, Terms, () => _cancelled, _transmit) { Waiter = waiter, Deadline = Due };
        var outcome = DtlsHandshake.Run(attempt, pipe, out var transport);
        _waiter = null;
        if (outcome.Failure == DtlsFailure.None)
            Establish(attempt, pipe, transport!);
        else if (MayTryAgain(pipe, outcome))
            Again(pipe, outcome);
        else
            End(outcome.Failure is DtlsFailure.PeerSilent or DtlsFailure.TimedOut ? _mismatch ?? outcome : outcome);
    }

    /// <summary>A defect reached the top of a thread.</summary>
    internal void Fail(Exception defect)
    {
        _waiter = null;
        End(new(DtlsFailure.Internal) { Defect = defect });
    }

    /// <summary>A thread is about to run it. Thread: the executor's own, so that it is asked for once.</summary>
    internal void TakeThread() => _state = DtlsState.Handshaking;

    /// <summary>Ends it before it ran.</summary>
    internal void Refuse() => End(new(DtlsFailure.Overloaded));

    private Instant Due() => new(Volatile.Read(ref _due));

    // A datagram that is written before the look at the waiter is seen by whoever takes the waiter away.
    private void Wake()
    {
        Interlocked.MemoryBarrier();
        if (_waiter is { } waiter)
            waiter.Wake();
        else
            _executor.Wake();
    }

    private void Queue(Instant now)
    {
        _state = DtlsState.Queued;
        if (now >= Due())
            End(new(_attempt > 0 ? DtlsFailure.TimedOut : DtlsFailure.Overloaded));
        else
            _executor.Start(this);
    }

    private void Establish(DtlsAttempt attempt, DtlsPipe pipe, DtlsTransport transport)
    {
        (pipe.Waiter, pipe.Deadline) = (null, static () => Instant.Never);
        (_pipe, _transport) = (pipe, transport);
        HandshakeTime = MonotonicClock.Now - _begun;
        Volatile.Write(ref _keys, attempt.Keys);
        EraseIfDisposed();
        _state = DtlsState.Established;
        _changed(this);
        _executor.Wake();
    }

    // What a stranger filled to the brim has no room for the mark; nothing of the peer's goes in before it.
    private bool TryMark() => !_owesMark || !(_owesMark = !_inbound.TryWrite([]));

    // What failed was a stranger's, too, where the peer has spoken meanwhile and its words wait behind. That happens once: afterwards it alone is heard.
    private bool MayTryAgain(DtlsPipe pipe, DtlsOutcome outcome)
    {
        if (_cancelled)
            return false;
        bool isStrangers = outcome.Failure is not (DtlsFailure.PeerSilent or DtlsFailure.TimedOut or DtlsFailure.Cancelled or DtlsFailure.Internal or DtlsFailure.OtherThanConfirmed);
        return pipe.Stop == DtlsStop.Restarted || (isStrangers && (_restarts != _restartsSeen || !_sourceProven));
    }

    // What the stranger sent behind its failure is nothing that another handshake may begin with.
    private void Again(DtlsPipe pipe, DtlsOutcome outcome)
    {
        _mismatch = outcome.Failure == DtlsFailure.FingerprintMismatch ? outcome : _mismatch;
        _attempt++;
        bool isMark = pipe.Stop == DtlsStop.Restarted;
        while (!isMark && _inbound.TryPeek(out var stale))
        {
            isMark = stale.IsEmpty;
            _inbound.Release();
        }

        _restartsSeen += isMark ? 1 : 0;

        _outbound.TryWrite([]); // the next attempt's words come behind this
        _state = Terms.IsClient ? DtlsState.Queued : DtlsState.Waiting;
        _executor.Wake();
    }

    // The peer may not have heard our last flight, or says goodbye. One look a datagram: with nothing to read the library waits.
    private void Pump()
    {
        try
        {
            if (_cancelled)
                Leave();
            while (_state == DtlsState.Established && !_inbound.IsEmpty)
                _transport!.Receive(_rest, 0, _rest.Length, 1);
            _pipe!.Flush();
            // A goodbye is thrown by the look behind it, which the library leaves out where this thread was held up for a millisecond.
            if (_pipe.IsClosed)
                End(new(DtlsFailure.PeerClosed));
        }
        catch (IOException ended)
        {
            _pipe!.Flush();
            End(ended is TlsFatalAlertReceived alert ? new(DtlsFailure.PeerAlert, alert.AlertDescription) : new(DtlsFailure.PeerClosed));
        }
    }

    private void Leave()
    {
        _transport!.Close();
        End(new(DtlsFailure.Cancelled));
    }

    // Who disposes in the very moment in which the keys come sees none; then this does.
    private void EraseIfDisposed()
    {
        Interlocked.MemoryBarrier();
        if (_disposed)
            Keys?.Dispose();
    }

    private void End(DtlsOutcome outcome)
    {
        if (_state == DtlsState.Ended)
            return;
        Outcome = outcome;
        _state = DtlsState.Ended;
        _executor.Remove(this);
        _changed(this);
    }
}
