// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol.Sip;

namespace Earshot.Calls;

/// <summary>Why a connection of ours carried no message.</summary>
internal sealed record TransportComplaint(TransportFailure Cause, string Why);

/// <summary>The one place where a SIP status or a cause becomes a line for a person.</summary>
internal static class CallEnds
{
    public static readonly CallEnd HungUp = new(CallEndReason.HungUp, 200, "hung up");
    public static readonly CallEnd RemoteHungUp = new(CallEndReason.RemoteHungUp, 200, "the other side hung up");
    public static readonly CallEnd Cancelled = new(CallEndReason.Cancelled, 487, "cancelled before it was answered");
    public static readonly CallEnd CallerGaveUp = new(CallEndReason.Cancelled, 487, "the caller gave up");
    public static readonly CallEnd ShutDown = new(CallEndReason.ShutDown, 0, "the phone was shut down");

    public static readonly CallEnd NoAnswer = new(
        CallEndReason.NoAnswer, 408, "nobody answered", "Try again later, or let it ring longer with --ring-timeout.");

    public static readonly CallEnd AckMissing = new(
        CallEndReason.Unreachable, 408, "the caller never confirmed the answer (no ACK in 32 s)",
        "The caller's address may be unreachable from here: check the network and any firewall between the two.");

    /// <summary>The datagram or connection was refused, or there is no way there.</summary>
    /// <param name="where">Address and port.</param>
    public static CallEnd NothingThere(string where) => new(
        CallEndReason.NetworkError, 503, $"nothing answers at {where}: no phone listens on this port, or no network leads there",
        "Check the address and the port (5060 where none is named), and that the other phone is running: earshot answer.");

    /// <summary>The connection stood, and what came first was wrong.</summary>
    public static CallEnd BadGreeting(TransportComplaint complaint) => complaint.Cause == TransportFailure.Security
        ? new(CallEndReason.NotTrusted, 503, complaint.Why, complaint.Why.Contains("expired", StringComparison.Ordinal)
            ? "Check this machine's clock; if that is right, whoever runs the server has to renew its certificate."
            : "Check the host's name. Where its certificate has a root of its own, give that with --tls-roots.")
        : new(CallEndReason.NetworkError, 503, complaint.Why, "Check the address, the port and the transport (--transport, or ;transport= behind the address): a phone speaks only what it was told to.");

    public static CallEnd EncryptionRefused(int status, string reason) => new(
        CallEndReason.NotEncrypted, status, $"the other side refused the encrypted call: {status} {reason}",
        "It may not know DTLS-SRTP: old exchanges know SDES, which --security dtls,sdes allows and whose keys everybody on the signalling's way can read. With --security none the call goes in clear.");

    public static CallEnd ClearRefused(int status, string reason) => new(
        CallEndReason.NotEncrypted, status, $"the other side wants encryption: {status} {reason}", "Leave out --security none: the call is encrypted then.");

    public static CallEnd UnknownHost(string host) => host.EndsWith(".invalid", StringComparison.OrdinalIgnoreCase)
        ? new(CallEndReason.UnknownHost, 0, "that page is not connected to this phone", "It is called back while it is open: let it call first.")
        : IsAddress(host)
        ? new(CallEndReason.UnknownHost, 0, $"{host} cannot be reached from the address that this phone listens on",
            "Listen on an address of its kind: --listen 0.0.0.0:0 for IPv4, --listen [::]:0 for both.")
        : new(CallEndReason.UnknownHost, 0, $"no such host: {host}", "Check the name, or call an IP address.");

    private static bool IsAddress(string host) => System.Net.IPAddress.TryParse(host, out _);

    public static CallEnd MediaSilent(TimeSpan silence) => new(
        CallEndReason.MediaSilent, 200, $"no media from the other side for {silence.TotalSeconds:0} s",
        "A firewall or NAT may block UDP: try the other direction, or a fixed range with --media-ports.");

    /// <summary>Who was confirmed shows another certificate.</summary>
    /// <param name="why">The outcome's sentence.</param>
    public static CallEnd NotConfirmed(string why) => new(
        CallEndReason.NotTrusted, 488, why,
        "Ask them in another way than by this call. If it is their new phone: earshot verify CONTACT --forget, call again, and compare the authentication string anew.");

    /// <summary>Who was confirmed is neither called nor answered by less than what shows the certificate.</summary>
    public static CallEnd Pinned { get; } = new(
        CallEndReason.NotTrusted, 488, "you have confirmed this contact's certificate, and --security names nothing that would show it",
        "Let --security name dtls. If they really speak no DTLS any more: earshot verify CONTACT --forget.");

    /// <summary>What to do where nothing less than DTLS is tried.</summary>
    public const string HeldToDtls = "This contact was reached by DTLS before, so nothing less is tried or taken: who refuses it now may be somebody between you. If they really have another phone: earshot verify CONTACT --forget.";

    /// <summary>Who answers is not who signalling announced.</summary>
    /// <param name="why">The outcome's sentence.</param>
    public static CallEnd SomebodyBetween(string why) => new(
        CallEndReason.NotEncrypted, 488, why,
        "Nothing was sent or played. Do not trust this way: call over another network or by signalling that is encrypted (sips:), and compare the words with them.");

    /// <summary>DTLS came to no keys.</summary>
    /// <param name="why">The outcome's sentence.</param>
    public static CallEnd NoKeys(string why) => new(
        CallEndReason.NotEncrypted, 488, why, "Call again; where it stays so, ask the other side which encryption it speaks (--security names what is offered).");

    /// <summary>Reason of a BYE: the caller hung up in the moment of the answer. Who says nothing may have seen another certificate than was announced, as browsers do.</summary>
    public const string ChangeOfMind = "given up as it was answered";

    /// <summary>The other side ended an answered call that had no keys yet: its BYE may be here before its alert, or before our own ICE says that there is no way.</summary>
    /// <param name="end">What its BYE says.</param>
    /// <param name="hasNoPath">ICE still looks for a way.</param>
    public static CallEnd BeforeKeys(CallEnd end, bool hasNoPath) => end.Reason != CallEndReason.RemoteHungUp ? end
        : end.Message.Contains(ChangeOfMind, StringComparison.Ordinal) ? RemoteHungUp
        : end.Message.Contains(DtlsOutcome.Mismatch, StringComparison.Ordinal)
            ? SomebodyBetween("the other side was shown another certificate than our signalling announced: somebody may be between you, it ended the call")
        : hasNoPath ? NoPath with { Message = $"{end.Message} before a way to it was found" }
        : NoKeys($"{end.Message} before keys were agreed");

    /// <summary>ICE tried every pair of addresses, and none answered.</summary>
    public static CallEnd NoPath { get; } = new(
        CallEndReason.NetworkError, 200, "no way to the other phone was found: none of its addresses answers from any of ours",
        "A firewall or NAT between the two lets nothing through: name a relay with --turn on both sides. One side's is enough only where the other one has --stun, or a public address, and its network lets UDP out.");

    /// <summary>The same end, with the hint that fits what else this call has seen.</summary>
    /// <param name="end">How it ended.</param>
    /// <param name="isHeldToDtls">The contact was reached by DTLS before.</param>
    /// <param name="relayEnd">The sentence of a relay that was named and carries nothing; null when there is none.</param>
    public static CallEnd Knowing(CallEnd end, bool isHeldToDtls, string? relayEnd) =>
        isHeldToDtls && end.Reason == CallEndReason.NotEncrypted ? end with { Hint = HeldToDtls }
        : relayEnd is not null && end.Hint == NoPath.Hint ? end with { Hint = $"A firewall or NAT between the two lets nothing through, and {relayEnd}. Mend that, or name another one with --turn." }
        : end;

    /// <summary>Consent to send ended (RFC 7675), or the relay that carried the call is gone; and looking anew found nothing.</summary>
    public static CallEnd PathLost { get; } = new(
        CallEndReason.MediaSilent, 200, "the way to the other phone is gone: nothing comes from it any more, and no other way was found",
        "Check the network on both sides, and the relay where one was named; then call again.");

    public static CallEnd MediaFailed { get; } = new(
        CallEndReason.Failed, 200, "a fault of earshot ended this call's sound", "Call again, and please report it.");

    public static CallEnd Fault { get; } = new(
        CallEndReason.Failed, 500, "a fault of earshot: this call's media could not be made ready", "Call again, and please report it.");

    public static CallEnd Rejected(int status) => new(CallEndReason.Rejected, status, $"refused with {status}");

    /// <summary>A final response that is not 2xx.</summary>
    public static CallEnd FromStatus(int status, string? reason, string? warning, string? contact = null)
    {
        var said = string.IsNullOrWhiteSpace(reason) ? $"{status}" : $"{status} {reason}";
        if (!string.IsNullOrWhiteSpace(warning)) said += $" ({warning})";
        return status switch
        {
            401 or 407 => new(CallEndReason.NeedsAccount, status, $"the server wants an account: {said}", "Call with an account of that server."),
            404 or 604 or 410 or 484 => new(CallEndReason.NotFound, status, $"no such user: {said}", "Check the address."),
            486 or 600 => new(CallEndReason.Busy, status, $"busy: {said}", "Try again later."),
            603 or 403 or 607 or 608 => new(CallEndReason.Declined, status, $"declined: {said}"),
            480 or 503 or 502 => new(CallEndReason.Unavailable, status, $"not available now: {said}", "Try again later."),
            408 or 504 => new(CallEndReason.Unreachable, status, $"no reply: {said}",
                "Check the address and port, that the other phone is running, and any firewall between the two."),
            487 => new(CallEndReason.Cancelled, status, $"cancelled: {said}"),
            488 or 606 or 415 => new(CallEndReason.NoCommonCodec, status, $"the other side does not take this kind of call: {said}",
                "It may lack the codec (--codecs) or refuse encryption (--security names what is offered)."),
            >= 300 and < 400 => new(CallEndReason.Redirected, status, $"the user has moved: {said}", contact is null ? "Call the new address." : $"Call the new address: {contact}"),
            _ => new(CallEndReason.Failed, status, $"the call was refused: {said}"),
        };
    }
}
