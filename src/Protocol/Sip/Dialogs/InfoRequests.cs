// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>INFO from the peer (RFC 6086): judged and answered here, told to whoever has the call.</summary>
/// <remarks>
/// <code>
/// INFO ── no package: a body? 415, none? 200     another package ──► 469     another type ──► 415     unreadable ──► 400
///      └─ ours ──► 200, InfoReceived
/// </code>
/// Thread: signalling.
/// </remarks>
internal sealed class InfoRequests(SipParts parts, UasBehaviour server)
{
    /// <summary>One within a call.</summary>
    public void Handle(Instant now, ServerTransaction transaction, SipCall call)
    {
        var message = transaction.Request.Message;
        var package = PackageOf(message);
        int status = call.State is SipCallState.Leaving or SipCallState.Terminated ? 481 : StatusOf(message, package);
        server.Respond(now, transaction, status, new ResponseWriter.Content { ToTag = call.LocalTag, Headers = status == 469 ? RecvInfo() : null });
        if (status == 200 && package is not null) parts.Outbox.Tell(new SipEvent.InfoReceived(call, package.Name, transaction.Request.Body));
    }

    private SipInfoPackage? PackageOf(SipMessage message)
    {
        if (!message.TryGet(SipHeader.InfoPackage, out var value)) return null;
        int semicolon = value.IndexOf((byte)';');
        var name = SipText.Trim(semicolon < 0 ? value : value[..semicolon]);
        foreach (var package in parts.Options.InfoPackages)
        {
            if (Ascii.EqualsIgnoreCase(name, package.Name)) return package;
        }

        return null;
    }

    // What says nothing of packages is of old (RFC 2976): without a body it asks for nothing.
    private static int StatusOf(SipMessage message, SipInfoPackage? package)
    {
        if (package is null) return message.Has(SipHeader.InfoPackage) ? 469 : message.Body.IsEmpty ? 200 : 415;
        if (message.Has(SipHeader.ContentEncoding) || !message.TryGetContentType(out var type) || !type.Is(package.BodyType)) return 415;
        return package.IsReadable(message.Body.ToArray()) ? 200 : 400;
    }

    private KeyValuePair<string, string>[] RecvInfo() => [new("Recv-Info", string.Join(", ", parts.Options.InfoPackages.Select(p => p.Name)))];
}
