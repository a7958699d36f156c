// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol.Sdp;
using Earshot.Verification;

namespace Earshot;

/// <content>Whether somebody is between the two phones, and what people can do to know.</content>
public sealed partial class Call
{
    private volatile PeerVerification? _verification;
    private Fingerprint? _shown; // signalling loop only
    private string? _confirmedAs; // signalling loop only

    /// <summary>What two people compare to know that nobody is between them; null without DTLS, and until it is known (<see cref="CallVerification"/> tells).</summary>
    public PeerVerification? Verification => _verification;

    /// <summary>A person says that both sides read the same <see cref="PeerVerification.Words"/>, or digits: from now on this contact has this certificate and no other.</summary>
    /// <remarks>Kept for later calls (<see cref="KnownPeers"/>); one in which another certificate is shown is refused.</remarks>
    /// <exception cref="InvalidOperationException">There is nothing to compare: see <see cref="Verification"/>.</exception>
    /// <exception cref="PhoneException">It cannot be kept; the message says why.</exception>
    public Task ConfirmPeerAsync() => Verification is { } peer
        ? _phone.ConfirmAsync(this, peer)
        : throw new InvalidOperationException("There is nothing to confirm: this call has no keys by DTLS, or not yet.");

    /// <summary>The certificate that was proven last; null before. On the signalling loop.</summary>
    internal Fingerprint? Shown => _shown;

    /// <summary>A handshake has proven who holds this certificate. On the signalling loop.</summary>
    /// <param name="shown">It.</param>
    /// <param name="confirmedAs">As whom a person has confirmed it; null for nobody.</param>
    internal void NotePeer(Fingerprint shown, string? confirmedAs)
    {
        if (_shown is { } before && before != shown)
            Tell(new CallNotice(Age, "certificate-changed", "the other side goes on with another certificate: compare the authentication string again"));
        (_shown, _confirmedAs) = (shown, confirmedAs);
    }

    /// <summary>It comes from where somebody was confirmed, and shows another certificate. On the signalling loop.</summary>
    internal void TellAnother(string confirmed) =>
        Tell(new CallNotice(Age, "another-certificate", $"this is not what you confirmed as {confirmed}, though it calls from the same address: take it for somebody else until you have compared the authentication string"));

    /// <summary>What both can compare is computed. On the signalling loop.</summary>
    internal void TellVerification(AuthenticationString text, Fingerprint shown)
    {
        if (shown == _shown) Tell(_verification = new PeerVerification(text, shown, _confirmedAs));
    }

    /// <summary>They have, and it is kept. On the signalling loop.</summary>
    internal void NoteConfirmed(PeerVerification peer)
    {
        if (peer.Certificate != _shown) return;
        _confirmedAs = SipAddress.Of(RemoteUri);
        if (_session is { } session) _session = session with { PeerConfirmed = true };
        Tell(_verification = peer with { ConfirmedAs = _confirmedAs });
    }

    private void Tell(PeerVerification peer)
    {
        if (!Ended.IsCompleted) Tell(new CallVerification(Age, peer));
    }
}
