// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Stun;

/// <summary>What a message is to its transaction (RFC 8489 §5): the two C bits, in place.</summary>
internal enum StunClass : ushort
{
    Request = 0x000,
    Indication = 0x010,
    Success = 0x100,
    Error = 0x110,
}

/// <summary>What is asked for (RFC 8489 §18.2, RFC 8656 §17).</summary>
internal enum StunMethod : ushort
{
    Binding = 0x001,
    Allocate = 0x003,
    Refresh = 0x004,
    Send = 0x006,
    Data = 0x007,
    CreatePermission = 0x008,
    ChannelBind = 0x009,
}

/// <summary>The 14 bits in which method and class are interleaved.</summary>
/// <remarks>
/// <code>
///   13  12  11  10  9   8   7   6   5   4   3   2   1   0
///   M11 M10 M9  M8  M7  C1  M6  M5  M4  C0  M3  M2  M1  M0
/// </code>
/// </remarks>
internal static class StunType
{
    private const int ClassBits = 0x110;

    /// <summary>Both in one word.</summary>
    public static ushort Combine(StunMethod method, StunClass kind) =>
        (ushort)(((int)method & 0xf) | (((int)method & 0x70) << 1) | (((int)method & 0xf80) << 2) | (int)kind);

    /// <summary>The method of a type.</summary>
    public static StunMethod MethodOf(ushort type) => (StunMethod)((type & 0xf) | ((type >> 1) & 0x70) | ((type >> 2) & 0xf80));

    /// <summary>The class of a type.</summary>
    public static StunClass ClassOf(ushort type) => (StunClass)(type & ClassBits);
}
