// SPDX-License-Identifier: MIT
using System.Buffers;
using System.Net;
using Earshot.Protocol;
using Earshot.Protocol.Sip;

namespace Earshot.Signaling.Transport;

/// <summary>One thing for the signalling loop to do: run something, or look at what came from the network.</summary>
/// <param name="Run">What to run; null for a packet.</param>
/// <param name="Connection">Where the packet came from; null for a datagram.</param>
/// <param name="Sender">The datagram's sender.</param>
/// <param name="Buffer">The packet, in a pooled array.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="At">When it was posted: for a packet, when it was read from its socket.</param>
internal readonly record struct Letter(Action<Instant>? Run, SipFlow? Connection, IPEndPoint? Sender, byte[]? Buffer, int Length, Instant At)
{
    /// <summary>The packet's bytes.</summary>
    public ReadOnlySpan<byte> Packet => Buffer.AsSpan(0, Length);

    /// <summary>Gives the array back.</summary>
    public void Release()
    {
        if (Buffer is not null) ArrayPool<byte>.Shared.Return(Buffer);
    }
}

/// <summary>What waits for the signalling loop. Packets are bounded; what our own code posts is not refused.</summary>
/// <remarks>Thread: posted to from any, emptied by the loop alone.</remarks>
internal sealed class Mailbox
{
    /// <summary>Packets that may wait. At 2 µs each the loop is 8 ms behind by then: more is a flood.</summary>
    public const int MaxPackets = 4096;

    private readonly object _gate = new();
    private readonly Queue<Letter> _letters = new();
    private int _packets;
    private bool _closed;

    /// <summary>Queues something to run on the loop; false when the loop is gone.</summary>
    public bool Post(Action<Instant> run) => Add(new Letter(run, null, null, null, 0, MonotonicClock.Now));

    /// <summary>Queues a copy of a packet; false when too many wait.</summary>
    public bool TryPostPacket(ReadOnlySpan<byte> packet, SipFlow? connection, IPEndPoint? sender)
    {
        if (Volatile.Read(ref _packets) >= MaxPackets) return false;
        var buffer = ArrayPool<byte>.Shared.Rent(packet.Length);
        packet.CopyTo(buffer);
        Add(new Letter(null, connection, sender, buffer, packet.Length, MonotonicClock.Now));
        return true; // a loop that is gone has no use for it
    }

    /// <summary>Takes no more; what waits can still be taken.</summary>
    public void Close()
    {
        lock (_gate) _closed = true;
    }

    /// <summary>Takes the next, waiting for it as long as told.</summary>
    public bool TryTake(TimeSpan wait, out Letter letter)
    {
        lock (_gate)
        {
            if (_letters.Count == 0 && wait > TimeSpan.Zero) Monitor.Wait(_gate, RoundedUp(wait));
            if (!_letters.TryDequeue(out letter)) return false;
            if (letter.Buffer is not null) _packets--;
            return true;
        }
    }

    private bool Add(Letter letter)
    {
        lock (_gate)
        {
            if (_closed)
            {
                letter.Release();
                return false;
            }

            if (letter.Buffer is not null) _packets++;
            _letters.Enqueue(letter);
            Monitor.Pulse(_gate);
            return true;
        }
    }

    // A wait that ends early would spin until the deadline: whole milliseconds, upwards, at most a minute.
    private static int RoundedUp(TimeSpan wait) => (int)Math.Ceiling(Math.Min(wait.TotalMilliseconds, 60_000));
}
