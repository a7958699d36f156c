// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Playout;

/// <summary>Packets that wait to be decoded, by unwrapped sequence number, in slots allocated once.</summary>
/// <remarks>A played packet's number stays in its slot, so that a duplicate is known as one. Thread: playback. Real-time: no allocation.</remarks>
internal sealed class PacketBuffer
{
    /// <summary>Slots: 5 s of 20 ms packets.</summary>
    public const int Capacity = 256;

    /// <summary>Longest payload.</summary>
    public const int MaximumPayload = 1500;

    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Capacity * MaximumPayload);
    private readonly Slot[] _slots = new Slot[Capacity];
    private long _lowest;
    private long _highest = -1;

    /// <summary>One packet.</summary>
    public struct Slot
    {
        /// <summary>Unwrapped sequence number; 0 when never used.</summary>
        public long Sequence;

        /// <summary>First sample, 48 kHz, unwrapped.</summary>
        public long Position;

        /// <summary>Samples.</summary>
        public int Duration;

        /// <summary>Payload bytes.</summary>
        public int Length;

        /// <summary>When it came.</summary>
        public Instant Arrival;

        /// <summary>Its decoder's number.</summary>
        public byte PayloadType;

        /// <summary>A copy of a packet that has not come itself.</summary>
        public bool Redundant;

        /// <summary>A key in the place of sound.</summary>
        public bool Key;

        /// <summary>Waits to be decoded.</summary>
        public bool Waiting;

        /// <summary>After the last sample.</summary>
        public readonly long End => Position + Duration;
    }

    /// <summary>Packets that wait.</summary>
    public int Count { get; private set; }

    /// <summary>The packet itself has been here.</summary>
    public bool Knows(long sequence) => Holds(sequence) && !_slots[sequence & (Capacity - 1)].Redundant;

    /// <summary>The packet or a copy of it has been here.</summary>
    public bool Holds(long sequence) => _slots[sequence & (Capacity - 1)].Sequence == sequence;

    /// <summary>Whether keys were sent between two packets of sound.</summary>
    public bool HoldsKeyBetween(long before, long after)
    {
        for (long between = Math.Max(before + 1, after - Capacity); between < after; between++)
        {
            if (Holds(between) && _slots[between & (Capacity - 1)].Key)
                return true;
        }
        return false;
    }

    /// <summary>Remembers a packet that shall not be played.</summary>
    public void Remember(long sequence, bool key = false)
    {
        ref Slot slot = ref _slots[sequence & (Capacity - 1)];
        if (!slot.Waiting && slot.Sequence <= sequence)
            slot = new Slot { Sequence = sequence, Key = key };
    }

    /// <summary>Keeps a packet, in the place of its copy if that is here; gives up what is then older than the ring.</summary>
    /// <returns>Packets given up for it, copies not counted; −1 when the packet itself is older than the ring.</returns>
    public int Add(in Slot packet, ReadOnlySpan<byte> payload)
    {
        ref Slot slot = ref _slots[packet.Sequence & (Capacity - 1)];
        if (slot.Sequence > packet.Sequence)
            return -1;
        int givenUp = GiveUpBefore(packet.Sequence - Capacity + 1);
        Count += slot.Waiting ? 0 : 1;
        slot = packet;
        slot.Waiting = true;
        payload.CopyTo(_bytes.AsSpan((int)(packet.Sequence & (Capacity - 1)) * MaximumPayload));
        _lowest = Count == 1 ? packet.Sequence : Math.Min(_lowest, packet.Sequence);
        _highest = Count == 1 ? packet.Sequence : Math.Max(_highest, packet.Sequence);
        return givenUp;
    }

    /// <summary>The waiting packet of the lowest number.</summary>
    public bool TryPeek(out Slot packet)
    {
        for (; Count > 0 && _lowest <= _highest; _lowest++)
        {
            ref Slot slot = ref _slots[_lowest & (Capacity - 1)];
            if (!slot.Waiting || slot.Sequence != _lowest)
                continue;
            packet = slot;
            return true;
        }
        packet = default;
        return false;
    }

    private int GiveUpBefore(long oldest)
    {
        int givenUp = 0;
        for (; Count > 0 && _lowest < oldest && _lowest <= _highest; _lowest++)
        {
            ref Slot slot = ref _slots[_lowest & (Capacity - 1)];
            if (!slot.Waiting || slot.Sequence != _lowest)
                continue;
            givenUp += slot.Redundant ? 0 : 1;
            Drop(slot);
        }

        return givenUp;
    }

    /// <summary>The bytes of a packet that <see cref="TryPeek"/> gave.</summary>
    public ReadOnlySpan<byte> Payload(in Slot packet) =>
        _bytes.AsSpan((int)(packet.Sequence & (Capacity - 1)) * MaximumPayload, packet.Length);

    /// <summary>The packet is played or given up.</summary>
    public void Drop(in Slot packet)
    {
        ref Slot slot = ref _slots[packet.Sequence & (Capacity - 1)];
        Count -= slot.Waiting ? 1 : 0;
        slot.Waiting = false;
    }

    /// <summary>Forgets everything.</summary>
    /// <returns>Packets that still waited, copies not counted.</returns>
    public int Clear()
    {
        int waiting = 0;
        foreach (ref readonly Slot slot in _slots.AsSpan())
            waiting += slot is { Waiting: true, Redundant: false } ? 1 : 0;
        Array.Clear(_slots);
        Count = 0;
        _highest = -1;
        return waiting;
    }
}
