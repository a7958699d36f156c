// SPDX-License-Identifier: MIT
namespace Earshot.Media.Receive;

/// <summary>Which packets playback could not use, told to the worker, whose reports count them like lost ones (RFC 3611 §4.7.2).</summary>
/// <remarks>
/// What finds no room is not told: 64 packets that come too late between two that come are a storm, in which one more changes nothing.
/// Thread: one writer, one reader. Real-time: no allocation, lock or system call after construction.
/// </remarks>
internal sealed class DiscardLog
{
    private const int Capacity = 64;

    private readonly long[] _entries = new long[Capacity];
    private long _written;
    private long _read;

    /// <summary>A packet was discarded. Thread: playback.</summary>
    public void Note(uint ssrc, ushort sequence)
    {
        long at = _written;
        if (at - Volatile.Read(ref _read) >= Capacity)
            return;
        _entries[at % Capacity] = ((long)ssrc << 16) | sequence;
        Volatile.Write(ref _written, at + 1);
    }

    /// <summary>The next one. Thread: worker.</summary>
    public bool TryTake(out uint ssrc, out ushort sequence)
    {
        (ssrc, sequence) = (0, 0);
        long at = _read;
        if (at >= Volatile.Read(ref _written))
            return false;
        long entry = _entries[at % Capacity];
        (ssrc, sequence) = ((uint)(entry >> 16), (ushort)entry);
        Volatile.Write(ref _read, at + 1);
        return true;
    }
}
