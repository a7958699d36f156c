// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Stun;

/// <summary>What a transaction's deadline asks for.</summary>
internal enum StunDue : byte
{
    /// <summary>Nothing yet.</summary>
    Nothing,

    /// <summary>The request once more, byte for byte.</summary>
    Retransmit,

    /// <summary>No answer will come.</summary>
    Failed,
}

/// <summary>When a request is repeated and when it is given up (RFC 8489 §6.2.1, §6.2.2): 7 times, doubling, 39.5 s in all.</summary>
/// <remarks>
/// <code>
///   UDP   0      500    1500      3500          7500    15500     31500     39500 ms
///         send   send   send      send          send    send      send      failed      (RTO 500 ms, Rc 7, Rm 16)
///   TCP   send                                                              failed
/// </code>
/// A value: copying it copies the state. Allocates nothing.
/// </remarks>
internal struct StunTransaction
{
    /// <summary>Rc: how often a request is sent.</summary>
    public const int MaximumSends = 7;

    /// <summary>Rm: what is waited after the last one, in RTO.</summary>
    public const int LastWait = 16;

    /// <summary>RTO where nothing is known of the path.</summary>
    public static readonly TimeSpan DefaultRto = TimeSpan.FromMilliseconds(500);

    /// <summary>Ti: what a reliable transport waits.</summary>
    public static readonly TimeSpan ReliableWait = TimeSpan.FromMilliseconds(39_500);

    private TimeSpan _wait;
    private TimeSpan _rto;
    private bool _isReliable;
    private bool _isExtraDue;
    private bool _wasRepeated;

    /// <summary>Joins the answer to it.</summary>
    public TransactionId Id { get; private set; }

    /// <summary>When the request went out first.</summary>
    public Instant SentAt { get; private set; }

    /// <summary>The next deadline; <see cref="Instant.Never"/> when it is over. Of one that never began it means nothing.</summary>
    public Instant Deadline { get; private set; }

    /// <summary>How often the request went out.</summary>
    public int Sends { get; private set; }

    /// <summary>True while an answer is awaited.</summary>
    public readonly bool IsPending => Sends > 0 && Deadline != Instant.Never;

    /// <summary>Begins: the caller sends the request now.</summary>
    public static StunTransaction Start(Instant now, in TransactionId id, TimeSpan rto, bool isReliable = false) => new()
    {
        Id = id,
        SentAt = now,
        Sends = 1,
        Deadline = now + (isReliable ? ReliableWait : rto),
        _rto = rto,
        _wait = rto,
        _isReliable = isReliable,
    };

    /// <summary>Asks what is due.</summary>
    public StunDue HandleTimeout(Instant now)
    {
        if (!IsPending || Deadline > now)
            return StunDue.Nothing;
        if (_isExtraDue)
        {
            _isExtraDue = false;
            _wasRepeated = true;
            Deadline = now + (Sends == MaximumSends ? _rto * LastWait : _wait);
            return StunDue.Retransmit;
        }

        if (_isReliable || Sends == MaximumSends)
        {
            Stop();
            return StunDue.Failed;
        }

        Sends++;
        _wait *= 2;
        Deadline = now + (Sends == MaximumSends ? _rto * LastWait : _wait);
        return StunDue.Retransmit;
    }

    /// <summary>Repeats the request once more, out of turn: there is news of the path. The count of repetitions stays.</summary>
    public void Hurry(Instant now)
    {
        if (!IsPending || _isReliable)
            return;
        _isExtraDue = true;
        Deadline = now;
    }

    /// <summary>Ends it: answered, or no longer wanted.</summary>
    public void Stop() => Deadline = Instant.Never;

    /// <summary>The round trip that an answer now shows; not known when the request was repeated, for which copy was answered? (Karn)</summary>
    public readonly TimeSpan? RoundTrip(Instant now) => Sends == 1 && !_wasRepeated ? now - SentAt : null;
}
