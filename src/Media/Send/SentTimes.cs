// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Send;

/// <summary>When the packets of one source were sent: which of them a report had not seen yet, and since when they were on the way.</summary>
/// <remarks>
/// <code>
///   sent       1    2    3    4    5
///   report               the highest is 2: 3 is on the way for at least so long ───► report comes
/// </code>
/// With the report's own way that is a round trip, without an answer to wait for. Thread: worker. Real-time: no allocation after construction.
/// </remarks>
internal sealed class SentTimes
{
    // Five seconds of 20 ms: beyond, a packet was lost.
    private const int Kept = 256;

    private readonly Instant[] _at = new Instant[Kept];
    private ushort _last;

    /// <summary>Packets noted.</summary>
    public uint Packets { get; private set; }

    /// <summary>When the first one was sent; never before it.</summary>
    public Instant First { get; private set; } = Instant.Never;

    /// <summary>Another source begins.</summary>
    public void Reset() => (Packets, First) = (0, Instant.Never);

    /// <summary>A packet was sent.</summary>
    public void Note(Instant now, ushort sequence)
    {
        if (Packets++ == 0)
            First = now;
        _last = sequence;
        _at[sequence % Kept] = now;
    }

    /// <summary>Since when the packet behind the highest one that was received is on the way, milliseconds.</summary>
    /// <returns>0 when nothing is, or what is was sent too long ago to be known.</returns>
    public double InFlightMs(Instant now, ushort highest)
    {
        int behind = (ushort)(_last - highest);
        bool isKnown = behind is > 0 and < Kept && (uint)behind < Packets;
        return isKnown ? Math.Max(0, (now - _at[(ushort)(highest + 1) % Kept]).TotalMilliseconds) : 0;
    }
}
