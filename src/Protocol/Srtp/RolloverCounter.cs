// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Srtp;

/// <summary>The 48-bit packet index of a sequence number (RFC 3711 §3.3.1 and App. A).</summary>
internal static class RolloverCounter
{
    /// <summary>Indices end here: the master key must be replaced first.</summary>
    public const ulong IndexLimit = 1UL << 48;

    /// <summary>The index nearest to the highest one seen.</summary>
    /// <param name="sequence">As it came.</param>
    /// <param name="highest">Highest index of the source, authenticated.</param>
    /// <remarks>Before the first wrap there is no "before": such a number is taken for a long jump ahead, and authentication decides.</remarks>
    public static ulong Estimate(ushort sequence, ulong highest)
    {
        long step = (short)(sequence - (ushort)highest);
        // Half the circle is as far either way: App. A takes it within the same count, forward from the lower half.
        bool isAhead = step == short.MinValue && (ushort)highest < 0x8000;
        long index = (long)highest + step;
        return (ulong)(isAhead || index < 0 ? index + 0x1_0000 : index);
    }
}
