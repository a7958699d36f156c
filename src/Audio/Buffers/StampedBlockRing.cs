// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Buffers;

/// <summary>A ring of whole blocks of samples, each with the time of its first sample.</summary>
/// <remarks>
/// Thread: one producer, one consumer. Real-time: no allocation, lock or system call. A full ring refuses the new block.
/// </remarks>
internal sealed class StampedBlockRing
{
    /// <summary>The longest block: 20 ms at 48 kHz.</summary>
    public const int MaxBlock = 960;

    private readonly short[] _samples;
    private readonly SpscRing<Entry> _entries;
    private readonly int _mask;
    private int _next;

    /// <summary>Allocates room for at least so many blocks.</summary>
    public StampedBlockRing(int blocks)
    {
        _entries = new SpscRing<Entry>(blocks);
        _mask = _entries.Capacity - 1;
        _samples = new short[_entries.Capacity * MaxBlock];
    }

    /// <summary>Blocks ready to be read.</summary>
    public int Count => _entries.Count;

    /// <summary>Writes one block, or refuses it when the ring is full. Producer.</summary>
    public bool TryWrite(ReadOnlySpan<short> block, long stamp)
    {
        if (block.Length > MaxBlock || _entries.Count == _entries.Capacity)
            return false;
        block.CopyTo(_samples.AsSpan((_next & _mask) * MaxBlock));
        var entry = new Entry(stamp, block.Length, _next & _mask);
        _next++;
        return _entries.TryWrite(in entry);
    }

    /// <summary>The time of the oldest block, if any. Consumer.</summary>
    public bool TryPeek(out long stamp)
    {
        var any = _entries.TryPeek(out var entry);
        stamp = entry.Stamp;
        return any;
    }

    /// <summary>Reads the oldest block, if any, and says how many samples it has. Consumer.</summary>
    /// <param name="block">Room for <see cref="MaxBlock"/> samples.</param>
    /// <param name="stamp">The time of the block's first sample.</param>
    /// <param name="samples">Samples in the block.</param>
    public bool TryRead(Span<short> block, out long stamp, out int samples)
    {
        // Copy before the entry is given back: afterwards the producer may overwrite its slot.
        if (!_entries.TryPeek(out var entry))
        {
            (stamp, samples) = (0, 0);
            return false;
        }

        _samples.AsSpan(entry.Slot * MaxBlock, entry.Samples).CopyTo(block);
        (stamp, samples) = (entry.Stamp, entry.Samples);
        _entries.Discard(1);
        return true;
    }

    private readonly record struct Entry(long Stamp, int Samples, int Slot);
}
