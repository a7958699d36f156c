// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>Why an INVITE failed.</summary>
internal enum InviteFailure : byte
{
    /// <summary>The peer, or a proxy on the way, answered with a 3xx–6xx.</summary>
    Response,

    /// <summary>Nothing came back in 64·T1 from any flow (reported as 408).</summary>
    Timeout,

    /// <summary>No flow could carry the request (reported as 503).</summary>
    Transport,

    /// <summary>We cancelled it (reported as 487).</summary>
    Cancelled,
}

/// <summary>What <see cref="SipCore"/> tells its user; SDP bytes are copies that stay valid.</summary>
internal abstract record SipEvent
{
    /// <summary>A request needs flows: answer with <see cref="SipCore.HandleResolved"/>, an empty list when there are none (RFC 3263).</summary>
    /// <param name="Query">Names this question in the answer.</param>
    /// <param name="Uri">The next hop.</param>
    /// <param name="PreferReliable">The request exceeds 1300 bytes: TCP before UDP (RFC 3261 §18.1.1).</param>
    public sealed record ResolveNeeded(int Query, string Uri, bool PreferReliable) : SipEvent;

    /// <summary>Somebody calls. Answer with Ring, Accept or Reject; a 100 goes out by itself after 200 ms.</summary>
    public sealed record IncomingInvite(SipCall Call, ReadOnlyMemory<byte> Sdp) : SipEvent;

    /// <summary>A provisional response to our INVITE, 100 included; early media when <paramref name="Sdp"/> is not empty.</summary>
    public sealed record InviteProgress(SipCall Call, int Status, string Reason, ReadOnlyMemory<byte> Sdp) : SipEvent;

    /// <summary>A 2xx to our INVITE. Answer with Ack; its retransmissions are acknowledged by the core from then on.</summary>
    public sealed record InviteAnswered(SipCall Call, ReadOnlyMemory<byte> Sdp) : SipEvent;

    /// <summary>Our INVITE failed; CallTerminated follows.</summary>
    /// <param name="Call">The call.</param>
    /// <param name="Status">The response's status, or 408, 503, 487 for what happened without one.</param>
    /// <param name="Reason">The reason phrase.</param>
    /// <param name="Warning">The text of the Warning header field, when there is one.</param>
    /// <param name="RetryAfter">When the peer said to try again.</param>
    /// <param name="Cause">What happened.</param>
    /// <param name="Contact">The first URI of the Contact of a 3xx or 485.</param>
    public sealed record InviteFailed(
        SipCall Call, int Status, string Reason, string? Warning, TimeSpan? RetryAfter, InviteFailure Cause, string? Contact) : SipEvent;

    /// <summary>The ACK to our 2xx arrived, with an answer in it when the offer was ours.</summary>
    public sealed record AckReceived(SipCall Call, ReadOnlyMemory<byte> Sdp) : SipEvent;

    /// <summary>No ACK for 64·T1 (RFC 3261 §13.3.1.4): send a BYE.</summary>
    public sealed record AckMissing(SipCall Call) : SipEvent;

    /// <summary>The caller cancelled before an answer; 200 and 487 are out, CallTerminated follows.</summary>
    public sealed record Cancelled(SipCall Call, string? Reason) : SipEvent;

    /// <summary>The peer hung up; the 200 is out, CallTerminated follows.</summary>
    public sealed record ByeReceived(SipCall Call, string? Reason) : SipEvent;

    /// <summary>Our BYE was answered, or given up with 408 or 503; CallTerminated follows.</summary>
    public sealed record ByeCompleted(SipCall Call, int Status) : SipEvent;

    /// <summary>The peer offers a change (an empty SDP asks us to offer). Answer with AcceptReinvite or RejectReinvite.</summary>
    public sealed record ReinviteReceived(SipCall Call, ReadOnlyMemory<byte> Sdp) : SipEvent;

    /// <summary>A 2xx to our re-INVITE. Answer with Ack.</summary>
    public sealed record ReinviteAnswered(SipCall Call, ReadOnlyMemory<byte> Sdp) : SipEvent;

    /// <summary>Our re-INVITE failed; the session stays as it was, unless the status is 408 or 481 (RFC 3261 §14.1).</summary>
    public sealed record ReinviteFailed(SipCall Call, int Status, string Reason, TimeSpan? RetryAfter) : SipEvent;

    /// <summary>The peer says something in a call (RFC 6086); the 200 is out.</summary>
    public sealed record InfoReceived(SipCall Call, string Package, ReadOnlyMemory<byte> Body) : SipEvent;

    /// <summary>Our INFO was answered, or given up with 408 or 503: the next one may leave.</summary>
    public sealed record InfoCompleted(SipCall Call, int Status) : SipEvent;

    /// <summary>An OPTIONS that we sent was answered, or given up with 408 or 503.</summary>
    /// <param name="Id">What Options returned.</param>
    /// <param name="Status">The final status.</param>
    /// <param name="Reason">The reason phrase.</param>
    /// <param name="Allow">The peer's Allow, empty when it said nothing.</param>
    /// <param name="Supported">The peer's Supported, empty when it said nothing.</param>
    /// <param name="Software">The peer's Server or User-Agent.</param>
    /// <param name="Sdp">What it could talk, when it said so.</param>
    public sealed record OptionsAnswered(
        int Id, int Status, string Reason, string Allow, string Supported, string? Software, ReadOnlyMemory<byte> Sdp) : SipEvent;

    /// <summary>An account's registration is another: <see cref="SipAccount.State"/> says what.</summary>
    /// <param name="Account">The account.</param>
    /// <param name="Status">The registrar's status, 408 or 503 for what happened without one; 0 where nobody was asked.</param>
    /// <param name="Reason">The reason phrase.</param>
    /// <param name="Expires">How long it was granted for, renewed by itself.</param>
    /// <param name="RetryIn">When it is tried again; null where it is not.</param>
    public sealed record RegistrationChanged(SipAccount Account, int Status, string Reason, TimeSpan Expires, TimeSpan? RetryIn) : SipEvent;

    /// <summary>The call is over: nothing more comes for it.</summary>
    public sealed record CallTerminated(SipCall Call) : SipEvent;
}
