// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>Our OPTIONS outside a dialog (RFC 3261 §11).</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class OutgoingOptions(SipParts parts, int id) : IRequestUser
{
    /// <inheritdoc/>
    public void HandleSent(Instant now, OutgoingRequest sent)
    {
    }

    /// <inheritdoc/>
    public void HandleResponse(Instant now, IncomingResponse response)
    {
        if (response.Status < 200) return;
        parts.Outbox.Tell(new SipEvent.OptionsAnswered(id, response.Status, response.Reason, response.Text(SipHeader.Allow) ?? "",
            response.Text(SipHeader.Supported) ?? "", response.Text(SipHeader.Server) ?? response.Text(SipHeader.UserAgent), response.Body));
    }

    /// <inheritdoc/>
    public void HandleFailure(Instant now, int status) => parts.Outbox.Tell(
        new SipEvent.OptionsAnswered(id, status, status == 408 ? "Request Timeout" : "Service Unavailable", "", "", null, default));
}
