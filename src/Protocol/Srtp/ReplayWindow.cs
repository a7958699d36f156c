// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Srtp;

/// <summary>Which of the last 128 packet indices were seen (RFC 3711 §3.3.2).</summary>
/// <remarks>Bit 0 is <see cref="Highest"/>. Asked before authentication, marked after it.</remarks>
internal struct ReplayWindow
{
    private const int Size = 128;
    private UInt128 _seen;

    /// <summary>The highest index seen.</summary>
    public ulong Highest { get; private set; }

    /// <summary>True when the index may be accepted: newer than all, or in the window and not seen.</summary>
    public readonly bool IsFresh(ulong index)
    {
        if (_seen == 0 || index > Highest)
            return true;
        ulong age = Highest - index;
        return age < Size && ((_seen >> (int)age) & 1) == 0;
    }

    /// <summary>Marks an index as seen.</summary>
    public void Mark(ulong index)
    {
        if (_seen == 0)
        {
            _seen = 1;
            Highest = index;
        }
        else if (index > Highest)
        {
            ulong step = index - Highest;
            _seen = (step < Size ? _seen << (int)step : 0) | 1;
            Highest = index;
        }
        else if (Highest - index < Size)
        {
            _seen |= UInt128.One << (int)(Highest - index);
        }
    }
}
