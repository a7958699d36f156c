// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Srtp;

/// <summary>The replay windows of the sources that one key serves, in bounded memory.</summary>
/// <remarks>
/// A source gets its place after its first authentic packet, so strangers fill nothing. When all are taken a further source is refused
/// rather than an old one forgotten: a forgotten window would let its packets be replayed. Thread: its owner's. Real-time.
/// </remarks>
internal sealed class SrtpSources
{
    /// <summary>Most sources under one key.</summary>
    public const int Capacity = 64;

    private readonly uint[] _ssrc = new uint[Capacity];
    private readonly ReplayWindow[] _windows = new ReplayWindow[Capacity];

    /// <summary>Sources known.</summary>
    public int Count { get; private set; }

    /// <summary>True when no further source can be taken.</summary>
    public bool IsFull => Count == Capacity;

    /// <summary>The place of a source; −1 when it is not known.</summary>
    public int Find(uint ssrc) => _ssrc.AsSpan(0, Count).IndexOf(ssrc);

    /// <summary>The window at a place.</summary>
    public ref ReplayWindow this[int place] => ref _windows[place];

    /// <summary>Marks an authentic packet; a new source (place −1) takes a place.</summary>
    public void Mark(int place, uint ssrc, ulong index)
    {
        if (place < 0)
        {
            place = Count++;
            _ssrc[place] = ssrc;
        }

        _windows[place].Mark(index);
    }

    /// <summary>Marks how far the sources of another came; what finds no place is left out.</summary>
    public void MarkAll(SrtpSources other)
    {
        for (int i = 0; i < other.Count; i++)
        {
            int place = Find(other._ssrc[i]);
            if (place >= 0 || !IsFull)
                Mark(place, other._ssrc[i], other._windows[i].Highest);
        }
    }
}
