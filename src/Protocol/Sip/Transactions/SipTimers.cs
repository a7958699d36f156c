// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>The timers of RFC 3261 table 4 and RFC 6026, and those of a user agent.</summary>
internal enum SipTimer : byte
{
    /// <summary>INVITE request retransmission over UDP: T1, doubling.</summary>
    A,

    /// <summary>INVITE client transaction timeout: 64·T1.</summary>
    B,

    /// <summary>Wait for retransmitted INVITE failures: at least 32 s over UDP.</summary>
    D,

    /// <summary>Other requests' retransmission over UDP: T1, doubling up to T2.</summary>
    E,

    /// <summary>Other client transactions' timeout: 64·T1.</summary>
    F,

    /// <summary>INVITE failure retransmission over UDP: T1, doubling up to T2.</summary>
    G,

    /// <summary>Wait for the ACK to a failure: 64·T1.</summary>
    H,

    /// <summary>Wait for retransmitted ACKs: T4 over UDP.</summary>
    I,

    /// <summary>Wait for retransmitted requests: 64·T1 over UDP.</summary>
    J,

    /// <summary>Wait for retransmitted responses: T4 over UDP.</summary>
    K,

    /// <summary>Wait for retransmitted INVITEs after a 2xx: 64·T1 (RFC 6026).</summary>
    L,

    /// <summary>Wait for further 2xx, retransmitted or forked: 64·T1 (RFC 6026).</summary>
    M,

    /// <summary>The automatic 100: 200 ms (RFC 3261 §17.2.1).</summary>
    Trying,

    /// <summary>A provisional response again each minute, lest a proxy gives the INVITE up (§13.3.1.1).</summary>
    Ringing,

    /// <summary>The caller waits no longer than its INVITE's Expires (§13.3.1).</summary>
    Expires,

    /// <summary>2xx retransmission until the ACK: T1, doubling up to T2 (§13.3.1.4).</summary>
    Success,

    /// <summary>No ACK to a 2xx in 64·T1.</summary>
    AckMissing,

    /// <summary>A CANCEL without a final response in 64·T1 (§9.1).</summary>
    CancelGivenUp,

    /// <summary>A silent server has had its time, and another one is there.</summary>
    NextServer,

    /// <summary>A registration is made anew, or tried again.</summary>
    Refresh,

    /// <summary>Something goes over a registration's flow, lest a NAT forgets it (RFC 5626 §4.4).</summary>
    KeepAlive,

    /// <summary>What is remembered is forgotten.</summary>
    Forget,
}

/// <summary>Something that has deadlines.</summary>
internal interface ITimed
{
    /// <summary>A deadline has come.</summary>
    void HandleTimer(Instant now, SipTimer timer);
}

/// <summary>One deadline's name.</summary>
internal readonly record struct TimerKey(ITimed Owner, SipTimer Timer);

/// <summary>The deadlines of everything in one core.</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class SipTimers(SipCoreOptions options)
{
    private readonly TimerTable<TimerKey> _table = new();

    /// <summary>Round-trip estimate.</summary>
    public TimeSpan T1 { get; } = options.T1;

    /// <summary>The longest retransmission interval.</summary>
    public TimeSpan T2 { get; } = options.T2;

    /// <summary>How long a message stays in the network.</summary>
    public TimeSpan T4 { get; } = options.T4;

    /// <summary>64·T1, after which a transaction gives up.</summary>
    public TimeSpan GiveUp { get; } = 64 * options.T1;

    /// <summary>The earliest deadline.</summary>
    public Instant Next => _table.Next;

    /// <summary>Sets a deadline.</summary>
    public void Set(ITimed owner, SipTimer timer, Instant at) => _table.Set(new TimerKey(owner, timer), at);

    /// <summary>Stops some deadlines of one owner.</summary>
    public void Stop(ITimed owner, params ReadOnlySpan<SipTimer> timers)
    {
        foreach (var timer in timers) _table.Stop(new TimerKey(owner, timer));
    }

    /// <summary>Calls everything whose deadline has come. One that sets itself anew in the past is called again.</summary>
    public void HandleTimeout(Instant now)
    {
        while (_table.TryExpire(now, out var key)) key.Owner.HandleTimer(now, key.Timer);
    }

    /// <summary>The next interval of a doubling timer with a ceiling.</summary>
    public TimeSpan Doubled(TimeSpan interval) => interval * 2 < T2 ? interval * 2 : T2;
}
