// SPDX-License-Identifier: MIT
namespace Earshot.Media.Transport;

/// <summary>Datagrams between one writing and one reading thread, whole and in order, in memory that is bounded twice: by their number and by their bytes.</summary>
/// <remarks>
/// <code>
///   bytes   |···free···|=== 3 ===|== 4 ==|········| pad |      a datagram that does not fit before the end begins at the start
///                      ▲ read                     ▲ written
/// </code>
/// An empty datagram is a mark: it says something to the reader about what stands around it. What finds no room is dropped and counted.
/// Thread: one writer, one reader. Real-time: no allocation, lock or system call after construction.
/// </remarks>
internal sealed class DatagramRing
{
    private readonly byte[] _bytes;
    private readonly (long Start, int Length, long Stamp)[] _entries;
    private PaddedCounter _head;
    private PaddedCounter _tail;
    private long _readTo;
    private long _writtenTo;

    /// <summary>Allocates everything.</summary>
    /// <param name="datagrams">Most datagrams; a power of two.</param>
    /// <param name="bytes">Most bytes of them together.</param>
    public DatagramRing(int datagrams, int bytes)
    {
        _entries = new (long, int, long)[datagrams];
        _bytes = new byte[bytes];
    }

    /// <summary>Datagrams that found no room.</summary>
    public long Dropped { get; private set; }

    /// <summary>True when nothing waits; a moment old for others than the two owners.</summary>
    public bool IsEmpty => Volatile.Read(ref _head.Value) == Volatile.Read(ref _tail.Value);

    /// <summary>Datagrams that wait; a moment old for others than the two owners.</summary>
    public int Count => (int)(Volatile.Read(ref _tail.Value) - Volatile.Read(ref _head.Value));

    /// <summary>Copies a datagram in. Thread: the writer.</summary>
    /// <param name="datagram">Its bytes.</param>
    /// <param name="stamp">Comes out with it; whatever the two owners make of it.</param>
    public bool TryWrite(ReadOnlySpan<byte> datagram, long stamp = 0)
    {
        long tail = _tail.Value;
        long start = StartFor(datagram.Length);
        if (tail - Volatile.Read(ref _head.Value) == _entries.Length || start + datagram.Length - Volatile.Read(ref _readTo) > _bytes.Length)
        {
            Dropped++;
            return false;
        }

        datagram.CopyTo(_bytes.AsSpan((int)(start % _bytes.Length)));
        _entries[tail & (_entries.Length - 1)] = (start, datagram.Length, stamp);
        _writtenTo = start + datagram.Length;
        Volatile.Write(ref _tail.Value, tail + 1);
        return true;
    }

    /// <summary>The oldest datagram, in place until <see cref="Release"/>. Thread: the reader.</summary>
    public bool TryPeek(out Span<byte> datagram) => TryPeek(out datagram, out _);

    /// <summary>The oldest datagram and its stamp, in place until <see cref="Release"/>. Thread: the reader.</summary>
    public bool TryPeek(out Span<byte> datagram, out long stamp)
    {
        datagram = default;
        stamp = 0;
        long head = _head.Value;
        if (head == Volatile.Read(ref _tail.Value))
            return false;
        (long start, int length, stamp) = _entries[head & (_entries.Length - 1)];
        datagram = _bytes.AsSpan((int)(start % _bytes.Length), length);
        return true;
    }

    /// <summary>Gives the room of the oldest datagram back. Thread: the reader.</summary>
    public void Release()
    {
        long head = _head.Value;
        var (start, length, _) = _entries[head & (_entries.Length - 1)];
        Volatile.Write(ref _readTo, start + length);
        Volatile.Write(ref _head.Value, head + 1);
    }

    private long StartFor(int length)
    {
        int at = (int)(_writtenTo % _bytes.Length);
        return at + length <= _bytes.Length ? _writtenTo : _writtenTo + _bytes.Length - at;
    }
}
