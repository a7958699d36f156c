// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Ice;

/// <summary>Consent freshness of one pair (RFC 7675 §5.1): asked for every 5 s ± 20 %, gone 30 s after the last answer.</summary>
/// <remarks>
/// Requests are not repeated: the next one is a new transaction, and the answer to any of the last eight counts. The same bookkeeping keeps
/// spare pairs warm and carries the probes of a path under suspicion. A value: allocates nothing.
/// </remarks>
internal struct Consent
{
    /// <summary>So long after the last answer we stop sending.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    /// <summary>The mean interval of a path in use.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>The mean interval of a spare path: what keeps a NAT's mapping (RFC 8445 §11).</summary>
    public static readonly TimeSpan SpareInterval = TimeSpan.FromSeconds(15);

    private const int Remembered = 8;
    private Asked _asked;
    private int _next;

    /// <summary>Nobody keeps it yet.</summary>
    public static Consent Idle => new() { NextAt = Instant.Never };

    /// <summary>When it is asked for again; <see cref="Instant.Never"/> when nobody keeps the pair.</summary>
    public Instant NextAt { get; private set; }

    /// <summary>When the peer answered last.</summary>
    public Instant HeardAt { get; private set; }

    /// <summary>When we asked last.</summary>
    public Instant AskedAt { get; private set; }

    /// <summary>Questions since the last answer.</summary>
    public int Unanswered { get; private set; }

    /// <summary>When packets may no longer be sent.</summary>
    public readonly Instant ExpiresAt => HeardAt + Lifetime;

    /// <summary>Begins, or changes its pace.</summary>
    public void Keep(Instant now, TimeSpan interval, IRandomSource random) => NextAt = now + Spread(interval, random);

    /// <summary>Stops asking.</summary>
    public void Drop() => NextAt = Instant.Never;

    /// <summary>An answer to a check, of consent or not.</summary>
    public void NoteHeard(Instant now)
    {
        HeardAt = now;
        Unanswered = 0;
    }

    /// <summary>Makes a question.</summary>
    public TransactionId Ask(Instant now, IRandomSource random)
    {
        var id = TransactionId.Draw(random);
        _asked[_next] = new(id, now);
        _next = (_next + 1) % Remembered;
        AskedAt = now;
        Unanswered++;
        return id;
    }

    /// <summary>Is this the answer to one of the last questions?</summary>
    public bool TryMatch(in TransactionId id, out Instant askedAt)
    {
        foreach (ref readonly var asked in _asked)
        {
            if (asked.Id != id || id == default)
                continue;
            askedAt = asked.At;
            return true;
        }

        askedAt = default;
        return false;
    }

    /// <summary>An authentic answer came: a copy of it says nothing any more (RFC 8489 §6.3), else who overheard it could answer for a peer that is gone.</summary>
    public void Close(in TransactionId id)
    {
        foreach (ref var asked in _asked)
        {
            if (asked.Id == id)
                asked = default;
        }
    }

    // 0.8 to 1.2 of the interval, so that many sessions do not ask in step.
    private static TimeSpan Spread(TimeSpan interval, IRandomSource random)
    {
        Span<byte> dice = stackalloc byte[2];
        random.Fill(dice);
        double share = BitConverter.ToUInt16(dice) / 65535.0;
        return interval * (0.8 + (0.4 * share));
    }

    private readonly record struct Question(TransactionId Id, Instant At);

    [InlineArray(Remembered)]
    private struct Asked
    {
        private Question _first;
    }
}
