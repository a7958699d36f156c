// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol.Sdp;
using Earshot.Protocol.Sip;
using Earshot.Verification;

namespace Earshot;

/// <content>Which way of encryption a call takes, and what is known of whom it is with.</content>
public sealed partial class Phone
{
    /// <summary>Nothing less than DTLS is tried with this peer, or taken from them: they speak it, and a refusal of it now may be somebody's between us.</summary>
    private bool IsHeldToDtls(string address) => _options.Security.Contains(MediaSecurityMethod.Dtls) && _verifier?.IsHeldToDtls(address) == true;

    /// <summary>A person has confirmed this peer's certificate, and this phone speaks nothing that shows one.</summary>
    private bool IsPinnedBeyondUs(string address) => _pins?.PinOf(address) is not null;

    // Nobody asked for SDES by name: where the signalling is in clear, its keys are, too.
    private IReadOnlyList<MediaSecurityMethod> AllowedOver(bool isProtected, bool heldToDtls) =>
        heldToDtls || (!isProtected && ReferenceEquals(_options.Security, PhoneOptions.UsualSecurity)) ? PhoneOptions.DtlsAlone : _options.Security;

    /// <summary>What the offer asks for decides, if it is allowed; else it has to fit our first.</summary>
    private MediaSecurityMethod SecurityFor(SipCall call, ReadOnlyMemory<byte> offer, bool heldToDtls)
    {
        var allowed = AllowedOver(call.Flow is { IsProtected: true }, heldToDtls);
        if (allowed.Count == 1 || offer.IsEmpty) return allowed[0];
        var asked = AskedFor(offer.Span);
        return allowed.Contains(asked) ? asked : allowed[0];
    }

    // Only which of our ways is looked at first: a description that says something else than it seems to is refused by that.
    internal static MediaSecurityMethod AskedFor(ReadOnlySpan<byte> offer) =>
        IsByDtls(offer) ? MediaSecurityMethod.Dtls
        : offer.IndexOf("a=crypto:"u8) >= 0 ? MediaSecurityMethod.Sdes
        : offer.IndexOf("a=fingerprint:"u8) >= 0 || offer.IndexOf("UDP/TLS/RTP/SAVP"u8) >= 0 ? MediaSecurityMethod.Dtls
        : offer.IndexOf("RTP/SAVP"u8) >= 0 ? MediaSecurityMethod.Sdes
        : MediaSecurityMethod.None;

    // A gateway may write its keys beside a transport that is DTLS all the same; who took it at these would refuse the call.
    private static bool IsByDtls(ReadOnlySpan<byte> offer) =>
        SessionDescription.TryParse(offer, out var session, out _)
        && session!.Media.ToArray().FirstOrDefault(media => media.IsAudio && media.Port != 0) is { } audio && DtlsDescription.IsAskedFor(session, audio);

    /// <summary>A handshake has proven who holds the other certificate; told again of the same one, nothing happens. On the signalling loop.</summary>
    internal void HandleKeys(Call call)
    {
        if (_verifier is not { } verifier || call.Driver?.Sip is not { } sip || ShownBy(call) is not { } shown || shown == call.Shown) return;
        var known = verifier.ConfirmedAs(call.RemoteUri, shown);
        call.NotePeer(shown, known);
        if (known is null && call.IsIncoming && verifier.ConfirmedThere(call.RemoteUri) is { } other) call.TellAnother(other);
        verifier.Begin(
            call.IsIncoming ? known ?? call.RemoteUri : call.RemoteUri, // a caller's port is another one each time, and nobody's to remember
            isReached: !call.IsIncoming,
            new CallParty(SipAddress.Of(sip.LocalUri), verifier.Identity.Fingerprint),
            new CallParty(SipAddress.Of(sip.RemoteUri), shown),
            text => Post(_ => call.TellVerification(text, shown)));
    }

    /// <summary>A person has compared the string of this call, and found it the same.</summary>
    internal async Task ConfirmAsync(Call call, PeerVerification peer)
    {
        await _verifier!.ConfirmAsync(call.RemoteUri, peer.Certificate, peer.Text).ConfigureAwait(false);
        Post(_ => call.NoteConfirmed(peer));
    }

    private static Fingerprint? ShownBy(Call call) =>
        call.Media?.Session?.Facts?.PeerFingerprint is { } text && Fingerprint.TryParse(Encoding.ASCII.GetBytes(text), out var shown) ? shown : null;
}
