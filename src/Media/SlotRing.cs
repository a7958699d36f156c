// SPDX-License-Identifier: MIT
using System.Numerics;
using System.Runtime.InteropServices;

namespace Earshot.Media;

/// <summary>A bounded ring of preallocated slots between one writing and one reading thread.</summary>
/// <remarks>
/// <code>
///   writer: TryBeginWrite → fill the slot in place → CommitWrite
///   reader: TryPeek       → use the slot in place  → Release
/// </code>
/// Thread: one writer, one reader. Real-time: no allocation, lock or system call after construction.
/// </remarks>
internal sealed class SlotRing<T>
    where T : class
{
    private readonly T[] _slots;
    private readonly int _mask;
    private PaddedCounter _head;
    private PaddedCounter _tail;

    /// <summary>Allocates all slots.</summary>
    /// <param name="capacity">At least so many slots; rounded up to a power of two.</param>
    /// <param name="create">Makes one slot.</param>
    public SlotRing(int capacity, Func<T> create)
    {
        _slots = new T[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _mask = _slots.Length - 1;
        for (int i = 0; i < _slots.Length; i++)
            _slots[i] = create();
    }

    /// <summary>How many slots there are.</summary>
    public int Capacity => _slots.Length;

    /// <summary>Slots written and not released; exact for the two owners, a moment old for others.</summary>
    public int Count => (int)(Volatile.Read(ref _tail.Value) - Volatile.Read(ref _head.Value));

    /// <summary>The next free slot for the writer; false when the ring is full.</summary>
    public bool TryBeginWrite(out T slot)
    {
        long tail = _tail.Value;
        bool free = tail - Volatile.Read(ref _head.Value) < _slots.Length;
        slot = _slots[(int)tail & _mask];
        return free;
    }

    /// <summary>Shows the slot of <see cref="TryBeginWrite"/> to the reader.</summary>
    public void CommitWrite() => Volatile.Write(ref _tail.Value, _tail.Value + 1);

    /// <summary>The oldest slot for the reader; false when the ring is empty.</summary>
    public bool TryPeek(out T slot)
    {
        long head = _head.Value;
        bool any = head < Volatile.Read(ref _tail.Value);
        slot = _slots[(int)head & _mask];
        return any;
    }

    /// <summary>Gives the slot of <see cref="TryPeek"/> back to the writer.</summary>
    public void Release() => Volatile.Write(ref _head.Value, _head.Value + 1);
}

/// <summary>A counter on its own cache line: two cores would pull a shared line to and fro.</summary>
[StructLayout(LayoutKind.Explicit, Size = 192)]
internal struct PaddedCounter
{
    /// <summary>The count.</summary>
    [FieldOffset(64)]
    public long Value;
}
