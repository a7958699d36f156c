// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Earshot.Audio.Buffers;

/// <summary>The two counters of a single-producer single-consumer ring, each on cache lines of its own.</summary>
/// <remarks>
/// They count items since the start and never wrap in practice (2^63). 128 bytes apart because x86 prefetches lines in pairs.
/// Each side keeps the last value it saw of the other's counter beside its own, so that the shared line is fetched only when
/// the ring looks full (or empty).
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal struct RingIndices
{
    /// <summary>Items written; owned by the producer.</summary>
    [FieldOffset(128)]
    public long Written;

    /// <summary>The producer's last look at <see cref="Read"/>.</summary>
    [FieldOffset(136)]
    public long ReadSeen;

    /// <summary>Items read; owned by the consumer.</summary>
    [FieldOffset(256)]
    public long Read;

    /// <summary>The consumer's last look at <see cref="Written"/>.</summary>
    [FieldOffset(264)]
    public long WrittenSeen;
}
