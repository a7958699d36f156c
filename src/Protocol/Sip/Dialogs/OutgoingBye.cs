// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>Our BYE: the call is over when it is answered, whatever the answer (RFC 3261 §15.1.1).</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class OutgoingBye(SipParts parts, SipCall call, bool isHeard) : IRequestUser
{
    /// <summary>Sends it, with a Reason when there is one (RFC 3326).</summary>
    public static void Send(Instant now, SipParts parts, SipCall call, string? reason) => Start(now, parts, call, reason, isHeard: true);

    /// <summary>Sends it for a dialog that no user knows.</summary>
    public static void SendUnheard(Instant now, SipParts parts, SipCall call) => Start(now, parts, call, null, isHeard: false);

    /// <inheritdoc/>
    public void HandleSent(Instant now, OutgoingRequest sent)
    {
    }

    /// <inheritdoc/>
    public void HandleResponse(Instant now, IncomingResponse response)
    {
        if (response.Status >= 200) End(response.Status);
    }

    /// <inheritdoc/>
    public void HandleFailure(Instant now, int status) => End(status);

    private static void Start(Instant now, SipParts parts, SipCall call, string? reason, bool isHeard)
    {
        var (draft, nextHop) = call.Draft(SipMethod.Bye, ++call.LocalSequence);
        if (reason is not null)
            draft = draft with { Headers = [new("Reason", $"SIP;cause=200;text=\"{reason.Replace('"', '\'').Replace('\\', '/')}\"")] };
        parts.Sender.SendWithin(now, call, draft, nextHop, new OutgoingBye(parts, call, isHeard));
    }

    private void End(int status)
    {
        if (!isHeard || call.State == SipCallState.Terminated) return;
        parts.Outbox.Tell(new SipEvent.ByeCompleted(call, status));
        parts.Terminate(call);
    }
}
