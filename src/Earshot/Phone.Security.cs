// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sip;

namespace Earshot;

/// <content>Which way of encryption a call takes.</content>
public sealed partial class Phone
{
    // Nobody asked for SDES by name: where the signalling is in clear, its keys are, too.
    private IReadOnlyList<MediaSecurityMethod> AllowedOver(bool isProtected) =>
        isProtected || !ReferenceEquals(_options.Security, PhoneOptions.UsualSecurity) ? _options.Security : PhoneOptions.UsualSecurityInClear;

    /// <summary>What the offer asks for decides, if it is allowed; else it has to fit our first.</summary>
    private MediaSecurityMethod SecurityFor(SipCall call, ReadOnlyMemory<byte> offer)
    {
        var allowed = AllowedOver(call.Flow is { IsProtected: true });
        if (allowed.Count == 1 || offer.IsEmpty) return allowed[0];
        var asked = AskedFor(offer.Span);
        return allowed.Contains(asked) ? asked : allowed[0];
    }

    // Only which of our ways is looked at first: a description that says something else than it seems to is refused by that.
    private static MediaSecurityMethod AskedFor(ReadOnlySpan<byte> offer) =>
        offer.IndexOf("a=crypto:"u8) >= 0 ? MediaSecurityMethod.Sdes
        : offer.IndexOf("a=fingerprint:"u8) >= 0 || offer.IndexOf("UDP/TLS/RTP/SAVP"u8) >= 0 ? MediaSecurityMethod.Dtls
        : offer.IndexOf("RTP/SAVP"u8) >= 0 ? MediaSecurityMethod.Sdes
        : MediaSecurityMethod.None;

    // The INVITE may take any of the flows. Who was reached by DTLS once speaks it: a refusal of it now may be somebody's between us.
    private IReadOnlyList<MediaSecurityMethod> WaysTo(string uri, IReadOnlyList<SipFlow> flows)
    {
        var allowed = AllowedOver(flows.All(flow => flow.IsProtected));
        lock (_reachedByDtls)
            return allowed.Contains(MediaSecurityMethod.Dtls) && _reachedByDtls.Contains(uri) ? [MediaSecurityMethod.Dtls] : allowed;
    }

    /// <summary>Remembers, while the phone runs, whom it reached by DTLS.</summary>
    internal void NoteReachedByDtls(Call call)
    {
        if (call.IsIncoming) return;
        lock (_reachedByDtls)
            if (_reachedByDtls.Count < MaxRemembered) _reachedByDtls.Add(call.RemoteUri);
    }
}
