// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;

namespace Earshot.Protocol.Sip;

/// <summary>A SIP user agent without sockets (RFC 3261): messages in, messages and events out, told the time.</summary>
/// <remarks>Thread: signalling. After every call drain PollTransmit and PollEvent, then ask PollTimeout.
/// A command that the state of its call does not allow is left undone, as the peer may have been faster.</remarks>
internal sealed class SipCore
{
    private readonly SipParts _parts;
    private readonly UacBehaviour _client;
    private readonly UasBehaviour _server;
    private readonly SipMessage _message = new();

    /// <summary>Wires the parts together.</summary>
    public SipCore(SipCoreOptions options, IRandomSource random)
    {
        _parts = new SipParts(options, random);
        _client = new UacBehaviour(_parts);
        _server = new UasBehaviour(_parts);
    }

    /// <summary>Who we are.</summary>
    public SipCoreOptions Options => _parts.Options;

    /// <summary>How many transactions there are.</summary>
    public int TransactionCount => _parts.Transactions.Count;

    /// <summary>How many calls there are.</summary>
    public int CallCount => _parts.Dialogs.Count;

    /// <summary>Everything that is remembered, for tests of its bounds: transactions, calls, merged requests, ACKs, 2xx and questions.</summary>
    internal int RememberedCount => TransactionCount + CallCount + _parts.Merged.Count + _parts.Acks.Count + _parts.Successes.Count
        + _parts.Sender.OpenQuestions;

    /// <summary>One whole message from a flow. What is no SIP is dropped, what is malformed answered where it can be.</summary>
    public void HandlePacket(Instant now, SipFlow flow, ReadOnlySpan<byte> message)
    {
        var result = _message.ParseCopy(message);
        if (result.Outcome == SipParseOutcome.Malformed) _server.RespondStateless(flow, _message, result.Status, result.Fault, null);
        else if (!result.IsOk) return;
        else if (_message.IsRequest) _server.HandleRequest(now, flow, _message);
        else _client.HandleResponse(now, flow, _message);
    }

    /// <summary>Deadlines that have come.</summary>
    public void HandleTimeout(Instant now) => _parts.Timers.HandleTimeout(now);

    /// <summary>A flow could not carry what was sent, or broke. What waits on it tries the next flow, or fails.</summary>
    public void HandleTransportFailure(Instant now, SipFlow flow, TransportFailure cause)
    {
        _parts.Dialogs.HandleTransportFailure(flow);
        _parts.Transactions.HandleTransportFailure(now, flow);
        _parts.Registrations.HandleTransportFailure(now, flow);
    }

    /// <summary>The same peer is reached by another flow: an address of ours is another. Requests of the call name it from now on.</summary>
    public void Move(SipCall call, SipFlow flow)
    {
        if (_parts.Dialogs.Contains(call)) call.Flow = flow;
    }

    /// <summary>The answer to ResolveNeeded: flows in order of preference, none when the name leads nowhere.</summary>
    public void HandleResolved(Instant now, int query, IReadOnlyList<SipFlow> flows) => _parts.Sender.HandleResolved(now, query, flows);

    /// <summary>The next message to send. Its bytes are never rewritten: keep them as long as you like.</summary>
    public bool PollTransmit([NotNullWhen(true)] out SipFlow? flow, out ReadOnlyMemory<byte> message) =>
        _parts.Outbox.PollTransmit(out flow, out message);

    /// <summary>The next event.</summary>
    public bool PollEvent([NotNullWhen(true)] out SipEvent? happened) => _parts.Outbox.PollEvent(out happened);

    /// <summary>When HandleTimeout wants to be called.</summary>
    public Instant PollTimeout() => _parts.Timers.Next;

    /// <summary>Calls somebody.</summary>
    public SipCall Invite(Instant now, SipInvite request) => _client.Invite(now, request);

    /// <summary>Answers with a provisional response (180, 181, 182, 183), early media when there is SDP.</summary>
    public void Ring(Instant now, SipCall call, int status = 180, ReadOnlyMemory<byte> sdp = default) => _server.Ring(now, call, status, sdp);

    /// <summary>Answers with 200; repeated until the ACK.</summary>
    public void Accept(Instant now, SipCall call, ReadOnlyMemory<byte> sdp) => _server.Accept(now, call, sdp);

    /// <summary>Refuses with a 3xx–6xx; CallTerminated follows.</summary>
    public void Reject(Instant now, SipCall call, int status, string? reason = null, IReadOnlyList<KeyValuePair<string, string>>? headers = null) =>
        _server.Reject(now, call, status, reason, headers);

    /// <summary>Acknowledges the 2xx to our INVITE or re-INVITE.</summary>
    public void Ack(Instant now, SipCall call, ReadOnlyMemory<byte> sdp = default) => _client.Ack(now, call, sdp);

    /// <summary>Gives up our INVITE: the CANCEL waits for a provisional response (RFC 3261 §9.1).</summary>
    public void Cancel(Instant now, SipCall call) => _client.Cancel(now, call);

    /// <summary>Hangs up an established call, or, as its caller, an early one.</summary>
    public void Bye(Instant now, SipCall call, string? reason = null)
    {
        if (call.State == SipCallState.Established) _server.Reject(now, call, 487, null, null); // the peer's re-INVITE, if one waits
        _client.Bye(now, call, reason);
    }

    /// <summary>Offers a change (RFC 3261 §14). False while another change is under way, and once the call is over.</summary>
    public bool Reinvite(Instant now, SipCall call, ReadOnlyMemory<byte> sdp) => _client.Reinvite(now, call, sdp);

    /// <summary>Takes the peer's change.</summary>
    public void AcceptReinvite(Instant now, SipCall call, ReadOnlyMemory<byte> sdp) => _server.Accept(now, call, sdp);

    /// <summary>Refuses the peer's change.</summary>
    public void RejectReinvite(Instant now, SipCall call, int status, string? reason = null) => _server.Reject(now, call, status, reason, null);

    /// <summary>May an INFO leave now? One at a time, in an established call in which no offer is open: what it says is then known to both sides.</summary>
    public bool MayInform(SipCall call) => _client.MayInform(call);

    /// <summary>Says something in a call (RFC 6086), of a package that we take, too; <see cref="SipEvent.InfoCompleted"/> follows. False where <see cref="MayInform"/> is, or the peer takes no such package.</summary>
    public bool Inform(Instant now, SipCall call, string package, ReadOnlyMemory<byte> body) => _client.Inform(now, call, package, body);

    /// <summary>Registers an account, and keeps it registered; RegistrationChanged tells.</summary>
    public SipAccount Register(Instant now, SipAccountOptions account) => _parts.Registrations.Add(now, account);

    /// <summary>Gives a registration up; RegistrationChanged tells when the server knows, or cannot be reached.</summary>
    public void Unregister(Instant now, SipAccount account) => _parts.Registrations.Remove(now, account);

    /// <summary>The network is another: whatever is registered, or waits to be, registers now.</summary>
    public void RenewRegistrations(Instant now) => _parts.Registrations.Renew(now);

    /// <summary>Asks what a peer can do; OptionsAnswered names the number returned.</summary>
    public int SendOptions(Instant now, string target, IReadOnlyList<SipFlow>? flows = null) => _client.Options(now, target, flows ?? []);
}
