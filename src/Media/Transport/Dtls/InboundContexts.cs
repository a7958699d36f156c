// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Srtp;

namespace Earshot.Media.Transport.Dtls;

/// <summary>The keys that open what comes: the newest, and for two seconds the ones before, while packets under them are still on their way.</summary>
/// <remarks>
/// <code>
///   Take(epoch 2) ─► | 2 | 1 until now + 2 s |        a packet is tried under 2, then under 1; nothing ever opens without keys
/// </code>
/// Both sides change keys at moments that differ by half a round trip and a handshake's last flight. Rollover counters go on (<see cref="SrtpContext.Follow"/>).
/// Thread: worker, once handed over. Real-time but for <see cref="Take"/>: no allocation.
/// </remarks>
internal sealed class InboundContexts : IDisposable
{
    /// <summary>How long keys that were replaced still receive.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromSeconds(2);

    // A peer that changes keys faster than this in two seconds plays a game.
    private const int Most = 4;

    private readonly (SrtpContext Context, int Epoch, Instant Until)[] _held = new (SrtpContext, int, Instant)[Most];
    private int _count;

    /// <summary>Keys that receive now; a moment old.</summary>
    public int Count => _count;

    /// <summary>The newest keys' epoch; 0 for none.</summary>
    public int Epoch => _count == 0 ? 0 : _held[0].Epoch;

    /// <summary>Takes newer keys; those of an epoch that is known, or older, are disposed of.</summary>
    /// <param name="now">Now.</param>
    /// <param name="epoch">Of the keys.</param>
    /// <param name="context">Made from them; owned from here on.</param>
    public void Take(Instant now, int epoch, SrtpContext context)
    {
        if (epoch <= Epoch)
        {
            context.Dispose();
            return;
        }

        Expire(now);
        if (_count > 0)
        {
            _held[0].Until = now + Overlap;
            context.Follow(_held[0].Context);
        }

        if (_count == Most)
            Drop(Most - 1);
        Array.Copy(_held, 0, _held, 1, _count++);
        _held[0] = (context, epoch, Instant.Never);
    }

    /// <summary>Opens an SRTP packet in place under whichever keys fit.</summary>
    public bool TryUnprotectRtp(Instant now, Span<byte> packet, out int length)
    {
        length = 0;
        Expire(now);
        for (int i = 0; i < _count; i++)
        {
            if (_held[i].Context.TryUnprotectRtp(packet, out length))
                return true;
        }

        return false;
    }

    /// <summary>Opens an SRTCP packet in place under whichever keys fit.</summary>
    public bool TryUnprotectRtcp(Instant now, Span<byte> packet, out int length)
    {
        length = 0;
        Expire(now);
        for (int i = 0; i < _count; i++)
        {
            if (_held[i].Context.TryUnprotectRtcp(packet, out length))
                return true;
        }

        return false;
    }

    /// <summary>Erases all keys.</summary>
    public void Dispose()
    {
        while (_count > 0)
            Drop(_count - 1);
    }

    private void Expire(Instant now)
    {
        while (_count > 1 && _held[_count - 1].Until <= now)
            Drop(_count - 1);
    }

    private void Drop(int place)
    {
        _held[place].Context.Dispose();
        _held[place] = default;
        _count = place;
    }
}
