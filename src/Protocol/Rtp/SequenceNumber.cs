// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Rtp;

/// <summary>Arithmetic of RTP's 16-bit sequence numbers and 32-bit time stamps, both of which wrap (RFC 3550 §5.1).</summary>
internal static class SequenceNumber
{
    /// <summary>Steps from <paramref name="from"/> to <paramref name="to"/> by the shorter way: −32768 to 32767.</summary>
    public static int Distance(ushort from, ushort to) => (short)(to - from);

    /// <summary>True when <paramref name="a"/> comes after <paramref name="b"/>.</summary>
    public static bool IsNewer(ushort a, ushort b) => (short)(a - b) > 0;

    /// <summary>Units from one time stamp to another by the shorter way.</summary>
    public static int TimestampDistance(uint from, uint to) => (int)(to - from);

    /// <summary>True when time stamp <paramref name="a"/> comes after <paramref name="b"/>.</summary>
    public static bool IsTimestampNewer(uint a, uint b) => (int)(a - b) > 0;

    /// <summary>The extended number nearest to another extended number: counts on over the wrap, and back behind it.</summary>
    /// <param name="sequence">As it came.</param>
    /// <param name="near">An extended number that is at most 32767 steps away.</param>
    public static long Extend(ushort sequence, long near) => near + (short)(sequence - (ushort)near);

    /// <summary>The extended time stamp nearest to another.</summary>
    public static long ExtendTimestamp(uint timestamp, long near) => near + (int)(timestamp - (uint)near);
}
