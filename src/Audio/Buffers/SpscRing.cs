// SPDX-License-Identifier: MIT
using System.Numerics;

namespace Earshot.Audio.Buffers;

//      Read                Written
//        │  readable           │  writable
//  ┌─────▼─────────────────────▼───────────┐
//  │     ████████████████████████          │   capacity: a power of two, counters only grow,
//  └───────────────────────────────────────┘   slot = counter & mask

/// <summary>A lock-free ring between exactly one writing and one reading thread.</summary>
/// <remarks>
/// Thread: <see cref="Write"/> and <see cref="TryWrite(ReadOnlySpan{T})"/> belong to the producer, <see cref="Read"/>,
/// <see cref="Discard"/> and <see cref="KeepNewest"/> to the consumer. Real-time: no allocation, lock or system call.
/// A full ring refuses what does not fit: the producer cannot drop the oldest without racing the consumer, so
/// a consumer that prefers fresh sound calls <see cref="KeepNewest"/> before it reads.
/// </remarks>
/// <typeparam name="T">A sample or a small record without references.</typeparam>
internal sealed class SpscRing<T>
    where T : unmanaged
{
    private readonly T[] _items;
    private readonly int _mask;
    private RingIndices _at;

    /// <summary>Allocates the ring.</summary>
    /// <param name="capacity">Least number of items held; rounded up to a power of two.</param>
    public SpscRing(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 30);
        _items = new T[(int)BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _mask = _items.Length - 1;
    }

    /// <summary>Items it can hold.</summary>
    public int Capacity => _items.Length;

    /// <summary>Items ready to be read; exact for the consumer, a lower bound of the past for others.</summary>
    public int Count => (int)Math.Max(0, Volatile.Read(ref _at.Written) - Volatile.Read(ref _at.Read));

    /// <summary>Writes as many items as fit and says how many; the rest is refused.</summary>
    public int Write(ReadOnlySpan<T> items)
    {
        var count = Math.Min(items.Length, Writable(items.Length));
        CopyIn(items[..count]);
        return count;
    }

    /// <summary>Writes all items or none.</summary>
    public bool TryWrite(ReadOnlySpan<T> items)
    {
        if (Writable(items.Length) < items.Length)
            return false;
        CopyIn(items);
        return true;
    }

    /// <summary>Writes one item unless the ring is full.</summary>
    public bool TryWrite(in T item) => TryWrite(new ReadOnlySpan<T>(in item));

    /// <summary>Reads up to the span's length and says how many items came.</summary>
    public int Read(Span<T> items)
    {
        var count = Math.Min(items.Length, Readable(items.Length));
        var slot = (int)_at.Read & _mask;
        var first = Math.Min(count, _items.Length - slot);
        _items.AsSpan(slot, first).CopyTo(items);
        _items.AsSpan(0, count - first).CopyTo(items[first..]);
        Volatile.Write(ref _at.Read, _at.Read + count);
        return count;
    }

    /// <summary>Reads one item if there is one.</summary>
    public bool TryRead(out T item)
    {
        item = default;
        return Read(new Span<T>(ref item)) == 1;
    }

    /// <summary>Shows the oldest item, if there is one, and leaves it in the ring.</summary>
    public bool TryPeek(out T item)
    {
        var any = Readable(1) > 0;
        item = any ? _items[(int)_at.Read & _mask] : default;
        return any;
    }

    /// <summary>Drops up to <paramref name="count"/> of the oldest items and says how many.</summary>
    public int Discard(int count)
    {
        var dropped = Math.Min(count, Readable(count));
        Volatile.Write(ref _at.Read, _at.Read + dropped);
        return dropped;
    }

    /// <summary>Drops the oldest items until at most <paramref name="count"/> remain, and says how many went.</summary>
    public int KeepNewest(int count) => Discard(Math.Max(0, Count - count));

    private int Writable(int wanted)
    {
        if (_items.Length - (_at.Written - _at.ReadSeen) < wanted)
            _at.ReadSeen = Volatile.Read(ref _at.Read);
        return (int)(_items.Length - (_at.Written - _at.ReadSeen));
    }

    private int Readable(int wanted)
    {
        if (_at.WrittenSeen - _at.Read < wanted)
            _at.WrittenSeen = Volatile.Read(ref _at.Written);
        return (int)(_at.WrittenSeen - _at.Read);
    }

    private void CopyIn(ReadOnlySpan<T> items)
    {
        var slot = (int)_at.Written & _mask;
        var first = Math.Min(items.Length, _items.Length - slot);
        items[..first].CopyTo(_items.AsSpan(slot));
        items[first..].CopyTo(_items);
        Volatile.Write(ref _at.Written, _at.Written + items.Length);
    }
}
