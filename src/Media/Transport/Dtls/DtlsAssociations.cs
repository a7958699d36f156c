// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sdp;
using Earshot.Protocol.Srtp;

namespace Earshot.Media.Transport.Dtls;

/// <summary>The keys of one association, made ready for the worker: what protects, and what opens.</summary>
/// <param name="Epoch">Counts the call's associations; higher is newer.</param>
/// <param name="Outbound">Protects; owned by whoever takes it.</param>
/// <param name="Inbound">Opens; owned by whoever takes it.</param>
internal sealed record DtlsContexts(int Epoch, SrtpContext Outbound, SrtpContext Inbound);

/// <summary>The DTLS associations of one call: a handshake for each agreement that asks for one, its keys handed on once, the one before it said goodbye to.</summary>
/// <remarks>
/// <code>
///   [control] DtlsAgreement ─ new? ─► DtlsSession ─ begins        [executor] stands ─► SrtpContexts ─► keysAgreed ─► worker
///                             └ the one before: cancelled                    ended before that ─► failed
/// </code>
/// Contexts are made under the same lock under which an association is given up: none is ever made from keys that are erased.
/// Thread: <see cref="For"/> and <see cref="Dispose"/> control; the callbacks come on the executor's threads; the rest any.
/// </remarks>
/// <param name="executor">The engine's.</param>
/// <param name="identity">Who we are.</param>
/// <param name="confirmed">The one certificate that a person has confirmed, asked for each association; null for none.</param>
/// <param name="transmit">Told that a datagram waits to be sent.</param>
/// <param name="keysAgreed">Given the keys of the newest association.</param>
/// <param name="failed">Told that the newest association ended before it had keys.</param>
/// <param name="timeout">How long the one that is about to begin may take; null for the usual.</param>
internal sealed class DtlsAssociations(
    DtlsExecutor executor, DtlsIdentity identity, Func<Fingerprint?> confirmed, Action transmit, Action<DtlsContexts> keysAgreed, Action<DtlsOutcome> failed, Func<TimeSpan?>? timeout = null) : IDisposable
{
    private readonly Lock _gate = new();
    private DtlsSession? _current;
    private DtlsKeys? _agreed;
    private Action? _over;
    private bool _closed;

    /// <summary>The newest keys, erased already: their suite and the peer's certificate; null before there are any.</summary>
    public DtlsKeys? Agreed => Volatile.Read(ref _agreed);

    /// <summary>Why the newest association has no keys; null while it may have.</summary>
    public DtlsOutcome? Failure => Volatile.Read(ref _current) is { Keys: null, Outcome: { } outcome } ? outcome : null;

    /// <summary>True while the keys of the newest agreement are not there.</summary>
    public bool IsAwaited => Volatile.Read(ref _current) is { } session && (Agreed?.Epoch ?? 0) < session.Terms.Epoch;

    /// <summary>The association of an agreement, begun if it is a new one.</summary>
    /// <param name="agreement">What the descriptions say.</param>
    /// <param name="final">False for a provisional answer.</param>
    public DtlsSession? For(DtlsAgreement agreement, bool final)
    {
        DtlsSession? next;
        lock (_gate)
        {
            if (!_closed && final && _current?.Terms.Epoch == agreement.Association)
                _current.Demand();
            if (_closed || _current?.Terms.Epoch == agreement.Association)
                return _current;
            next = new DtlsSession(executor, TermsOf(agreement, final), transmit, HandleChange);
            _current?.Dispose();
            Volatile.Write(ref _current, next);
        }

        next.Begin();
        return next;
    }

    /// <summary>Says goodbye; the contexts that were handed on go on.</summary>
    /// <param name="over">Told, on whichever thread, when the goodbye waits to be sent, or there is none: a few milliseconds later.</param>
    public void Close(Action over)
    {
        DtlsSession? last;
        lock (_gate)
        {
            (_closed, _over, last) = (true, over, _current);
            last?.Dispose();
        }

        if (last is null or { State: DtlsState.Ended })
            TellOver();
    }

    /// <inheritdoc/>
    public void Dispose() => Close(static () => { });

    private DtlsTerms TermsOf(DtlsAgreement agreement, bool final)
    {
        var terms = new DtlsTerms { Identity = identity, Peer = agreement.Peer, IsClient = agreement.IsClient, Epoch = agreement.Association, Confirmed = confirmed() };
        // A provisional answer may come from a phone that still rings: it has no keys before somebody takes the call.
        return (timeout?.Invoke() is { } given ? terms with { Timeout = given } : terms) with { IsAwaited = final };
    }

    private void TellOver() => Interlocked.Exchange(ref _over, null)?.Invoke();

    private void HandleChange(DtlsSession session)
    {
        if (session.State == DtlsState.Ended && session == Volatile.Read(ref _current))
            TellOver();
        if (session.State == DtlsState.Established)
            HandOver(session);
        else if (session is { Keys: null, Outcome: { Failure: not DtlsFailure.Cancelled } outcome } && session == Volatile.Read(ref _current))
            failed(outcome);
    }

    private void HandOver(DtlsSession session)
    {
        lock (_gate)
        {
            if (_closed || session != _current || session.Keys is not { } keys)
                return;
            var contexts = new DtlsContexts(keys.Epoch, SrtpContext.ForSending(keys.Local), SrtpContext.ForReceiving(keys.Remote));
            keys.Dispose();
            Volatile.Write(ref _agreed, keys);
            keysAgreed(contexts);
        }
    }
}
