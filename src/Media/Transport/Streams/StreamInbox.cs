// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Stun;

namespace Earshot.Media.Transport.Streams;

/// <summary>What a connection brought, cut into datagrams, for the worker to take.</summary>
/// <remarks>
/// <code>
///   [reader] Room ─► read ─► Take: framer ─► |==== ring ====| ─► TryPeek, Release [worker]
///                              └─ told once until the worker has found it empty ──┘
/// </code>
/// Its memory is bounded whatever comes; what finds no room is dropped, and a stream that is none is judged: out of step, begun and not
/// finished, or more than a call can mean.
/// Thread: one takes, one peeks. Real-time on the worker's side: no allocation, lock or system call.
/// </remarks>
/// <param name="framing">How datagrams are told apart.</param>
/// <param name="tell">Says that something waits; called by the one that takes.</param>
internal sealed class StreamInbox(StreamFraming framing, Action tell)
{
    /// <summary>A datagram is there in one piece, or a few; a network that needs longer than this carries no voice.</summary>
    public static readonly TimeSpan MaximumPart = TimeSpan.FromSeconds(5);

    // Opus at its highest rate, 2.5 ms a packet, with all headers is 100 kB/s; a second's stall comes at once afterwards.
    private const int MostBytesPerSecond = 1_000_000;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly DatagramRing _ring = new(128, 64 * 1024);
    private readonly StreamFramer _framer = framing == StreamFraming.Stun ? new StunStreamFramer() : new TcpFramer();
    private Instant _windowEnds = Instant.Zero;
    private int _windowBytes;
    private long _tooLong;
    private int _told;

    /// <summary>When a datagram that has begun has to be whole; never when none has. Thread: the reader.</summary>
    public Instant PartDue { get; private set; } = Instant.Never;

    /// <summary>Datagrams that came.</summary>
    public long Received { get; private set; }

    /// <summary>Datagrams that found no room, or were longer than any of a call.</summary>
    public long Dropped => _ring.Dropped + _tooLong;

    /// <summary>Where to read into. Thread: the reader.</summary>
    public ArraySegment<byte> Room() => _framer.Room();

    /// <summary>So many bytes were read. Thread: the reader.</summary>
    /// <returns>Why the connection is to be ended; null while all is well.</returns>
    public StreamEnd? Take(Instant now, int count)
    {
        _framer.Advance(count);
        bool any = false;
        while (_framer.TryTake(out var frame))
        {
            PartDue = Instant.Never;
            any |= TryKeep(now, frame);
            Received++;
        }

        if (any)
            Tell();
        if (_framer.IsBroken)
            return new(StreamEndCause.Malformed, "what comes is no stream of datagrams");
        PartDue = !_framer.HasPart ? Instant.Never : PartDue == Instant.Never ? now + MaximumPart : PartDue;
        return IsFlood(now, count) ? new(StreamEndCause.Flooded, "more comes than a call can mean") : null;
    }

    /// <summary>Says that something has changed, once until the worker looks.</summary>
    public void Tell()
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
            tell();
    }

    /// <summary>The oldest datagram, in place until <see cref="Release"/>; may be rewritten there. Go on until it says no: only then is the next one told. Thread: the worker.</summary>
    public bool TryPeek(out Span<byte> datagram, out Instant arrival)
    {
        bool any = _ring.TryPeek(out datagram, out long came);
        if (!any)
        {
            // What comes from here on is told; what came just before is seen by the second look.
            Interlocked.Exchange(ref _told, 0);
            any = _ring.TryPeek(out datagram, out came);
        }

        arrival = new(came);
        return any;
    }

    /// <summary>Gives the room of the oldest datagram back. Thread: the worker.</summary>
    public void Release() => _ring.Release();

    // Everything behind has room for what a socket of the call would bring, and no more.
    private bool TryKeep(Instant now, ReadOnlySpan<byte> frame)
    {
        bool isTooLong = frame.Length > UdpPort.MaximumDatagram;
        _tooLong += isTooLong ? 1 : 0;
        return !isTooLong && !frame.IsEmpty && _ring.TryWrite(frame, now.Nanoseconds);
    }

    private bool IsFlood(Instant now, int count)
    {
        if (now >= _windowEnds)
            (_windowEnds, _windowBytes) = (now + Second, 0);
        _windowBytes += count;
        return _windowBytes > MostBytesPerSecond;
    }
}
