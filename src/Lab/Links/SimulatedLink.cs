// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Lab.Links;

/// <summary>One direction of a network in virtual time: delay, jitter, loss, duplication, seeded.</summary>
/// <remarks>Thread: one. The same seed and the same calls give the same deliveries.</remarks>
internal sealed class SimulatedLink(LinkOptions options, SeededRandom random)
{
    private readonly PriorityQueue<byte[], (long At, long Order)> _flying = new();
    private long _order;

    /// <summary>Datagrams given to the link.</summary>
    public long Sent { get; private set; }

    /// <summary>Datagrams that the link lost.</summary>
    public long Lost { get; private set; }

    /// <summary>When the next datagram arrives; <see cref="Instant.Never"/> when none flies.</summary>
    public Instant NextArrival => _flying.TryPeek(out _, out var due) ? new Instant(due.At) : Instant.Never;

    /// <summary>Sends one datagram.</summary>
    public void Send(Instant now, ReadOnlySpan<byte> datagram)
    {
        Sent++;
        var copy = datagram.ToArray();
        var lost = random.NextUnit() < options.Loss;
        if (lost || options.Drops?.Invoke(copy) == true)
        {
            Lost++;
            return;
        }

        Fly(now, copy);
        if (random.NextUnit() < options.Duplicate) Fly(now, copy);
    }

    /// <summary>Takes a datagram that has arrived by <paramref name="now"/>.</summary>
    public bool TryReceive(Instant now, out byte[] datagram)
    {
        datagram = [];
        return NextArrival <= now && _flying.TryDequeue(out datagram!, out _);
    }

    private void Fly(Instant now, byte[] datagram)
    {
        var jitter = TimeSpan.FromTicks((long)(options.Jitter.Ticks * random.NextUnit()));
        _flying.Enqueue(datagram, ((now + options.Delay + jitter).Nanoseconds, _order++));
    }
}
