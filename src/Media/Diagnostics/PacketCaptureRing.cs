// SPDX-License-Identifier: MIT
using Earshot.Media.Transport;
using Earshot.Protocol;

namespace Earshot.Media.Diagnostics;

/// <summary>A bounded ring of packets from several writing threads to one reading thread (D. Vyukov's bounded queue).</summary>
/// <remarks>Thread: <see cref="Push"/> any, real-time, never waits; the rest: the reader.</remarks>
internal sealed class PacketCaptureRing
{
    private readonly CapturedPacket[] _slots;
    private readonly int _mask;
    private long _tail;
    private long _head;
    private long _dropped;

    /// <summary>Allocates all slots.</summary>
    /// <param name="capacity">A power of two.</param>
    public PacketCaptureRing(int capacity)
    {
        _slots = new CapturedPacket[capacity];
        _mask = capacity - 1;
        for (int i = 0; i < capacity; i++)
            _slots[i] = new CapturedPacket { Turn = i };
    }

    /// <summary>Packets that found the ring full.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Copies a packet in, or counts it as dropped.</summary>
    public void Push(Instant at, in PeerAddress source, in PeerAddress destination, ReadOnlySpan<byte> payload)
    {
        while (true)
        {
            long position = Volatile.Read(ref _tail);
            var slot = _slots[(int)position & _mask];
            long difference = Volatile.Read(ref slot.Turn) - position;
            if (difference < 0)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }

            if (difference > 0 || Interlocked.CompareExchange(ref _tail, position + 1, position) != position)
                continue;
            slot.Fill(at, in source, in destination, payload);
            Volatile.Write(ref slot.Turn, position + 1);
            return;
        }
    }

    /// <summary>The oldest packet that is complete.</summary>
    public bool TryPeek(out CapturedPacket packet)
    {
        packet = _slots[(int)_head & _mask];
        return Volatile.Read(ref packet.Turn) == _head + 1;
    }

    /// <summary>Gives the slot of <see cref="TryPeek"/> back.</summary>
    public void Release()
    {
        Volatile.Write(ref _slots[(int)_head & _mask].Turn, _head + _slots.Length);
        _head++;
    }
}
