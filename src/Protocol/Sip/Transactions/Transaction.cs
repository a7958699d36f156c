// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>The states of all four transactions (RFC 3261 §17, RFC 6026 §7).</summary>
internal enum TransactionState : byte
{
    /// <summary>An INVITE is out, nothing came back.</summary>
    Calling,

    /// <summary>Another request is out or in, without any response.</summary>
    Trying,

    /// <summary>A provisional response was seen, or is due.</summary>
    Proceeding,

    /// <summary>A 2xx to an INVITE passed: repetitions are for the user agent.</summary>
    Accepted,

    /// <summary>A final response passed: repetitions are answered here.</summary>
    Completed,

    /// <summary>The ACK to a failure arrived.</summary>
    Confirmed,

    /// <summary>Gone.</summary>
    Terminated,
}

/// <summary>What transactions share: timers, the way out and the table that they leave when they end.</summary>
internal sealed record TransactionContext(SipTimers Timers, Outbox Outbox)
{
    /// <summary>Called when a transaction ends.</summary>
    public Action<Transaction> Ended { get; set; } = static _ => { };
}

/// <summary>A client or server transaction: a request, its responses and their repetitions on one hop.</summary>
/// <remarks>Thread: signalling.</remarks>
internal abstract class Transaction(TransactionContext context, TransactionKey key, SipFlow flow) : ITimed
{
    /// <summary>How messages find this transaction.</summary>
    public TransactionKey Key { get; } = key;

    /// <summary>The flow of all its messages.</summary>
    public SipFlow Flow { get; } = flow;

    /// <summary>Where it stands.</summary>
    public TransactionState State { get; protected set; }

    /// <summary>Timers and the way out.</summary>
    protected TransactionContext Context { get; } = context;

    /// <summary>The core's timers.</summary>
    protected SipTimers Timers => Context.Timers;

    /// <inheritdoc/>
    public abstract void HandleTimer(Instant now, SipTimer timer);

    /// <summary>Queues a message on the transaction's flow.</summary>
    protected void Send(ReadOnlyMemory<byte> message) => Context.Outbox.Send(Flow, message);

    /// <summary>Waits for repetitions; a reliable transport has none, so the transaction ends at once.</summary>
    protected void Linger(Instant now, SipTimer timer, TimeSpan time)
    {
        if (Flow.IsReliable) End();
        else Timers.Set(this, timer, now + time);
    }

    /// <summary>Ends the transaction.</summary>
    protected void End()
    {
        if (State == TransactionState.Terminated) return;
        State = TransactionState.Terminated;
        StopTimers();
        Context.Ended(this);
    }

    /// <summary>Stops every timer of this kind of transaction.</summary>
    protected abstract void StopTimers();
}

/// <summary>Who sent a request learns here what became of it.</summary>
internal interface IClientTransactionUser
{
    /// <summary>A response, without the repetitions that the transaction absorbs.</summary>
    void HandleResponse(Instant now, ClientTransaction transaction, IncomingResponse response);

    /// <summary>No response: 408 after 64·T1, 503 when the flow failed.</summary>
    void HandleFailure(Instant now, ClientTransaction transaction, int status);
}

/// <summary>Either client transaction.</summary>
/// <remarks>Thread: signalling.</remarks>
internal abstract class ClientTransaction(TransactionContext context, IClientTransactionUser user, OutgoingRequest request)
    : Transaction(context, TransactionKey.Client(request.Branch, request.Draft.Method), request.Flow)
{
    /// <summary>What was sent.</summary>
    public OutgoingRequest Request { get; } = request;

    /// <summary>True until a final response passed.</summary>
    public bool IsPending => State is TransactionState.Calling or TransactionState.Trying or TransactionState.Proceeding;

    /// <summary>Who is told.</summary>
    protected IClientTransactionUser User { get; } = user;

    /// <summary>Sends the request.</summary>
    public abstract void Start(Instant now);

    /// <summary>A response that matches.</summary>
    public abstract void HandleResponse(Instant now, IncomingResponse response);

    /// <summary>The flow failed (RFC 3261 §18.4): as an answer of 503 would.</summary>
    /// <remarks>Over UDP an ICMP error after a provisional response says nothing about the request, which arrived.</remarks>
    public void HandleTransportFailure(Instant now)
    {
        if (IsPending && (Flow.IsReliable || State != TransactionState.Proceeding)) Fail(now, 503);
    }

    /// <summary>Ends because nobody waits for a response any more.</summary>
    public void Abandon() => End();

    /// <summary>Ends without a response.</summary>
    protected void Fail(Instant now, int status)
    {
        End();
        User.HandleFailure(now, this, status);
    }
}

/// <summary>Either server transaction.</summary>
/// <remarks>Thread: signalling.</remarks>
internal abstract class ServerTransaction(TransactionContext context, IncomingRequest request)
    : Transaction(context, request.Key, request.Flow)
{
    /// <summary>What came in; its body is for the first reader alone.</summary>
    public IncomingRequest Request { get; } = request;

    /// <summary>True until a final response was sent.</summary>
    public bool IsPending => State is TransactionState.Trying or TransactionState.Proceeding;

    /// <summary>
    /// True when it only waits for repetitions of a request that was answered or refused for good. Not after a 2xx to an INVITE: its repetition
    /// would ring again.
    /// </summary>
    public bool MayBeForgotten => State is TransactionState.Completed or TransactionState.Confirmed;

    /// <summary>Ends early, to make room.</summary>
    public void Forget() => End();

    /// <summary>The same request once more.</summary>
    public abstract void HandleRepetition(Instant now);

    /// <summary>Sends a response.</summary>
    public abstract void Respond(Instant now, int status, ReadOnlyMemory<byte> response);
}
