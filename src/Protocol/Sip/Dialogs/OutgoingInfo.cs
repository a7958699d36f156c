// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>Our INFO (RFC 6086 §4.2): one at a time in a call, as its order is nobody's else to keep.</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class OutgoingInfo(SipParts parts, SipCall call) : IRequestUser
{
    /// <summary>Sends one.</summary>
    public static void Send(Instant now, SipParts parts, SipCall call, SipInfoPackage package, ReadOnlyMemory<byte> body)
    {
        var info = new OutgoingInfo(parts, call);
        call.OutgoingInfo = info;
        var (draft, nextHop) = call.Draft(SipMethod.Info, ++call.LocalSequence, body);
        draft = draft with
        {
            BodyType = package.BodyType,
            Headers = [new("Info-Package", package.Name), new("Content-Disposition", "Info-Package")],
        };
        parts.Sender.SendWithin(now, call, draft, nextHop, info);
    }

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

    private void End(int status)
    {
        if (call.OutgoingInfo != this) return;
        call.OutgoingInfo = null;
        if (call.State == SipCallState.Established) parts.Outbox.Tell(new SipEvent.InfoCompleted(call, status));
    }
}
