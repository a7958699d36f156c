// SPDX-License-Identifier: MIT
using System.Net.Sockets;
using Earshot.Protocol;

namespace Earshot.Media.Transport.Streams;

/// <summary>Datagrams over one TCP or TLS connection: to a TURN server, or to an ICE peer's passive candidate. The worker never waits for it.</summary>
/// <remarks>
/// <code>
///   [worker] Send ───► StreamOutbox ─► [writer thread] ─► stream ─► server
///   [worker] TryPeek ◄ StreamInbox  ◄─ [reader thread] ◄─ stream ◄─┘
///
///   Connecting ──► Open ──► Closed      each change is told, and so is the first datagram that comes after the worker found none
/// </code>
/// Two threads with small stacks that block, so that voice does not wait for the thread pool's other work; the writer is also the one who looks at the time
/// while the reader connects. A connection is not opened again: its owner makes another.
/// Thread: the worker, real-time, for all but the constructor, <see cref="Start"/> and <see cref="Dispose"/>; <see cref="State"/>, <see cref="End"/> and the counters: any.
/// </remarks>
internal sealed class StreamPort : IDatagramSender, IDisposable
{
    // A handshake with its chain of certificates needs the most.
    private const int ReaderStack = 512 * 1024;
    private const int WriterStack = 256 * 1024;

    // A server that reads our end of the stream closes its own; one that does not is not waited for.
    private static readonly TimeSpan Goodbye = TimeSpan.FromMilliseconds(500);

    private readonly StreamOutbox _outbox;
    private readonly StreamInbox _inbox;
    private readonly StreamConnection _connection;
    private readonly ISocketWaiter _waiter;
    private Stream? _stream;
    private Socket? _socket;
    private StreamEnd? _end;
    private int _users = 3; // owner, reader, writer
    private int _isStarted;
    private volatile StreamState _state;
    private volatile bool _isClosing;

    /// <summary>Nothing happens before <see cref="Start"/>.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="tell">Says that a datagram waits or the state is another: called on the threads of the connection, it has the worker look.</param>
    /// <param name="portable">Waits by the portable path even where a faster one exists. For tests.</param>
    /// <exception cref="MediaTransportException">The process may open no more descriptors.</exception>
    public StreamPort(StreamTarget target, Action tell, bool portable = false)
    {
        Target = target;
        _outbox = new StreamOutbox(target.Framing);
        _inbox = new StreamInbox(target.Framing, tell);
        _waiter = SocketWaiter.Create(portable);
        _connection = new StreamConnection(target, _waiter.Wake);
    }

    /// <summary>As given.</summary>
    public StreamTarget Target { get; }

    /// <summary>Where the connection stands.</summary>
    public StreamState State => _state;

    /// <summary>Why it is gone; null before.</summary>
    public StreamEnd? End => Volatile.Read(ref _end);

    /// <summary>Our end; none before it is open.</summary>
    public TransportAddress Local { get; private set; }

    /// <summary>The other end; none before it is open.</summary>
    public TransportAddress Remote { get; private set; }

    /// <summary>Datagrams that were handed to the connection.</summary>
    public long Sent => _outbox.Gathered;

    /// <summary>Datagrams that were not: no room, or too old when the connection could take them.</summary>
    public long Unsent => _outbox.Refused + _outbox.Stale;

    /// <summary>Datagrams that came.</summary>
    public long Received => _inbox.Received;

    /// <summary>Datagrams that came while the worker had not taken those before.</summary>
    public long Overrun => _inbox.Dropped;

    /// <summary>Begins to connect; nothing after <see cref="Close"/>.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _isStarted, 1) != 0)
            return;
        new Thread(RunReader, ReaderStack) { IsBackground = true, Name = "earshot stream in" }.Start();
        new Thread(RunWriter, WriterStack) { IsBackground = true, Name = "earshot stream out" }.Start();
    }

    /// <summary>Sends one datagram, now or soon; also before the connection is there.</summary>
    /// <returns>False when it will never leave.</returns>
    public bool Send(Instant now, ReadOnlySpan<byte> datagram)
    {
        if (_state == StreamState.Closed || _isClosing || !_outbox.TryWrite(now, datagram))
            return false;
        _waiter.Wake();
        return true;
    }

    /// <summary>As <see cref="Send(Instant, ReadOnlySpan{byte})"/>, for those who are told where a datagram goes: here it goes one way alone.</summary>
    public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to) => Send(MonotonicClock.Now, datagram);

    /// <summary>The oldest datagram that came, in place until <see cref="Release"/>; it may be rewritten there. Go on until it says no, then look at <see cref="State"/>.</summary>
    public bool TryPeek(out Span<byte> datagram, out Instant arrival) => _inbox.TryPeek(out datagram, out arrival);

    /// <summary>Done with the oldest datagram.</summary>
    public void Release() => _inbox.Release();

    /// <summary>Ends the connection once what waits is sent; at once when it is not there yet. The owner's last call, or last but <see cref="Dispose"/>.</summary>
    public void Close()
    {
        if (_isClosing)
            return;
        _isClosing = true;
        _waiter.Wake();
        if (Interlocked.Exchange(ref _isStarted, 1) == 0)
        {
            Finish(new(StreamEndCause.Closed, "closed"));
            LetGo();
            LetGo();
        }

        LetGo();
    }

    /// <summary>Ends the connection now.</summary>
    public void Dispose()
    {
        Close();
        _connection.Abort();
    }

    private void RunReader()
    {
        try
        {
            Finish(_connection.Open(out _stream, out _socket) ?? Read(_stream!, _socket!));
        }
        catch (Exception e)
        {
            Finish(Explain(e));
        }

        _stream?.Dispose();
        LetGo();
    }

    private StreamEnd Read(Stream stream, Socket socket)
    {
        Local = TransportAddress.From(_connection.Local!);
        Remote = TransportAddress.From(_connection.Remote!);
        _state = StreamState.Open;
        _inbox.Tell();
        _waiter.Wake();
        var due = Instant.Never;
        while (true)
        {
            if (_inbox.PartDue != due)
                SetReadTimeout(socket, due = _inbox.PartDue);
            var room = _inbox.Room();
            int count = stream.Read(room.Array!, room.Offset, room.Count);
            if (count == 0)
                return new(StreamEndCause.ClosedByPeer, "the other side closed the connection");
            var now = MonotonicClock.Now;
            if (_inbox.Take(now, count) is { } end)
                return end;
            if (now >= _inbox.PartDue)
                return Unfinished();
        }
    }

    private void RunWriter()
    {
        try
        {
            AwaitConnection();
            while (_state == StreamState.Open)
            {
                var now = MonotonicClock.Now;
                var bytes = _outbox.Gather(now);
                if (bytes.Count > 0)
                    _stream!.Write(bytes.Array!, bytes.Offset, bytes.Count);
                else if (_isClosing)
                    SayGoodbye(now);
                else
                    _waiter.Wait(now, Instant.Never, []);
            }

            Finish(new(StreamEndCause.Closed, "closed"));
        }
        catch (Exception e)
        {
            Finish(Explain(e));
        }

        LetGo();
    }

    private void AwaitConnection()
    {
        while (_state == StreamState.Connecting && !_isClosing)
        {
            var now = MonotonicClock.Now;
            if (now >= _connection.Due)
                _connection.Expire();
            _waiter.Wait(now, _connection.Due, []);
        }
    }

    // Closing a socket at once may throw away what it has not sent yet.
    private void SayGoodbye(Instant now)
    {
        _socket!.Shutdown(SocketShutdown.Send);
        for (var until = now + Goodbye; _state == StreamState.Open && now < until; now = MonotonicClock.Now)
            _waiter.Wait(now, until, []);
        Finish(new(StreamEndCause.Closed, "closed"));
    }

    // A late Wake must not find the descriptor's number given to another file: the last of owner, reader and writer closes it.
    private void LetGo()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            _waiter.Dispose();
    }

    // The first to come says why; both threads end by it.
    private void Finish(StreamEnd end)
    {
        if (Interlocked.CompareExchange(ref _end, _isClosing ? new(StreamEndCause.Closed, "closed") : end, null) is not null)
            return;
        _state = StreamState.Closed;
        _connection.Abort();
        _waiter.Wake();
        _inbox.Tell();
    }

    private StreamEnd Explain(Exception e) =>
        MonotonicClock.Now >= _inbox.PartDue ? Unfinished() : new(StreamEndCause.Broken, e.InnerException is SocketException socket ? socket.Message : e.Message);

    private static StreamEnd Unfinished() => new(StreamEndCause.Malformed, "a datagram was begun and not finished");

    // 0 waits for ever.
    private static void SetReadTimeout(Socket socket, Instant due) =>
        socket.ReceiveTimeout = due == Instant.Never ? 0 : (int)Math.Max(0, (due - MonotonicClock.Now).TotalMilliseconds) + 1;
}
