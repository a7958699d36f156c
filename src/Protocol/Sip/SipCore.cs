// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;

namespace Earshot.Protocol.Sip;

/// <summary>A SIP user agent without sockets (RFC 3261): messages in, messages and events out, told the time.</summary>
/// <remarks>Thread: signalling. After every call drain PollTransmit and PollEvent, then ask PollTimeout.</remarks>
internal sealed class SipCore(SipCoreOptions options, IRandomSource random)
{
    /// <summary>Who we are.</summary>
    public SipCoreOptions Options { get; } = options;

    /// <summary>One whole message from a flow.</summary>
    public void HandlePacket(Instant now, SipFlow flow, ReadOnlySpan<byte> message) => throw new NotImplementedException(random.ToString());

    /// <summary>Deadlines that have come.</summary>
    public void HandleTimeout(Instant now) => throw new NotImplementedException();

    /// <summary>A flow could not carry what was sent, or broke.</summary>
    public void HandleTransportFailure(Instant now, SipFlow flow, TransportFailure cause) => throw new NotImplementedException();

    /// <summary>The answer to ResolveNeeded: flows in order of preference, none when the name leads nowhere.</summary>
    public void HandleResolved(Instant now, int query, IReadOnlyList<SipFlow> flows) => throw new NotImplementedException();

    /// <summary>The next message to send. Its bytes are never rewritten: keep them as long as you like.</summary>
    public bool PollTransmit([NotNullWhen(true)] out SipFlow? flow, out ReadOnlyMemory<byte> message) => throw new NotImplementedException();

    /// <summary>The next event.</summary>
    public bool PollEvent([NotNullWhen(true)] out SipEvent? happened) => throw new NotImplementedException();

    /// <summary>When HandleTimeout wants to be called.</summary>
    public Instant PollTimeout() => throw new NotImplementedException();

    /// <summary>Calls somebody.</summary>
    public SipCall Invite(Instant now, SipInvite request) => throw new NotImplementedException();

    /// <summary>Answers with a provisional response (180, 181, 182, 183), early media when there is SDP.</summary>
    public void Ring(Instant now, SipCall call, int status = 180, ReadOnlyMemory<byte> sdp = default) => throw new NotImplementedException();

    /// <summary>Answers with 200; repeated until the ACK.</summary>
    public void Accept(Instant now, SipCall call, ReadOnlyMemory<byte> sdp) => throw new NotImplementedException();

    /// <summary>Refuses with a 3xx–6xx.</summary>
    public void Reject(Instant now, SipCall call, int status, string? reason = null, IReadOnlyList<KeyValuePair<string, string>>? headers = null) =>
        throw new NotImplementedException();

    /// <summary>Acknowledges the 2xx to our INVITE or re-INVITE.</summary>
    public void Ack(Instant now, SipCall call, ReadOnlyMemory<byte> sdp = default) => throw new NotImplementedException();

    /// <summary>Gives up our INVITE: the CANCEL waits for a provisional response (RFC 3261 §9.1).</summary>
    public void Cancel(Instant now, SipCall call) => throw new NotImplementedException();

    /// <summary>Hangs up an established call, or, as its caller, an early one.</summary>
    public void Bye(Instant now, SipCall call, string? reason = null) => throw new NotImplementedException();

    /// <summary>Offers a change (RFC 3261 §14).</summary>
    public void Reinvite(Instant now, SipCall call, ReadOnlyMemory<byte> sdp) => throw new NotImplementedException();

    /// <summary>Takes the peer's change.</summary>
    public void AcceptReinvite(Instant now, SipCall call, ReadOnlyMemory<byte> sdp) => throw new NotImplementedException();

    /// <summary>Refuses the peer's change.</summary>
    public void RejectReinvite(Instant now, SipCall call, int status, string? reason = null) => throw new NotImplementedException();

    /// <summary>Asks what a peer can do; the answer names the number returned.</summary>
    public int SendOptions(Instant now, string target, IReadOnlyList<SipFlow>? flows = null) => throw new NotImplementedException();
}
