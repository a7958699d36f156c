// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>The DTLS half of a call's offers and answers (RFC 8842 §5): who begins, whose certificate counts, and when a handshake is due.</summary>
/// <remarks>
/// <code>
///   offer  actpass ──► answer active  (we answer so: the handshake begins with our answer, not a round trip later;
///                             passive  to who names no association, which may be a browser: see Begins)
///          active  ──► answer passive
///          passive ──► answer active
///   later offers say actpass again; the answer keeps the roles unless the offer asks for a new association
/// </code>
/// Pure. Thread: the control thread.
/// </remarks>
internal sealed class DtlsNegotiation(FingerprintSet ours, IRandomSource random)
{
    private DtlsDescription? _offered;

    /// <summary>The fingerprints of the certificate that we show from the next offer or answer on.</summary>
    public FingerprintSet Ours { get; set; } = ours;

    /// <summary>What stands; null before the first answer.</summary>
    public DtlsAgreement? Current { get; private set; }

    /// <summary>Writes our part of an offer.</summary>
    /// <param name="renew">Ask for another association. A peer that knows no tls-id understands this only with another certificate.</param>
    public DtlsDescription CreateOffer(bool renew = false)
    {
        var name = renew || Current?.OurTlsId is null ? TlsId.Draw(random) : Current.OurTlsId;
        _offered = new(Ours, SetupRole.ActPass, name, null);
        return _offered;
    }

    /// <summary>Takes the answer to our offer. The same one again changes nothing.</summary>
    /// <exception cref="InvalidOperationException">Nothing was offered.</exception>
    public DtlsAgreement HandleAnswer(DtlsDescription answer)
    {
        var offered = _offered ?? throw new InvalidOperationException("No offer waits for an answer: CreateOffer comes first.");
        return Agree(new(answer.Setup == SetupRole.Passive, offered.Fingerprints, answer.Fingerprints, offered.TlsId, answer.TlsId, answer.IceFragment));
    }

    /// <summary>Answers the peer's offer.</summary>
    /// <param name="offer">Its part about DTLS.</param>
    /// <param name="answer">Our part of the answer.</param>
    public DtlsAgreement HandleOffer(DtlsDescription offer, out DtlsDescription answer)
    {
        bool renews = Current is not { } before || !offer.Fingerprints.Equals(before.Peer) || !Ours.Equals(before.Ours)
            || (offer.TlsId is not null && before.PeerTlsId is not null && offer.TlsId != before.PeerTlsId);
        bool isClient = offer.Setup switch
        {
            SetupRole.Active => false,
            SetupRole.Passive => true,
            _ => renews ? Begins(offer) : Current!.IsClient,
        };
        renews |= isClient != Current?.IsClient;

        // An offer without a name is answered without one.
        var name = offer.TlsId is null ? null : renews || Current?.OurTlsId is null ? TlsId.Draw(random) : Current.OurTlsId;
        answer = new(Ours, isClient ? SetupRole.Active : SetupRole.Passive, name, null);
        return Agree(new(isClient, Ours, offer.Fingerprints, name, offer.TlsId, offer.IceFragment));
    }

    /// <summary>Forgets our open offer; what stands goes on.</summary>
    public void Rollback() => _offered = null;

    // The server chooses the SRTP profile. Chromium, as one, takes AES_CM before AES_GCM whatever is offered first: where we are the server, ours is
    // the order. Browsers write no tls-id, and with ICE the handshake waits for a path in either role.
    private static bool Begins(DtlsDescription offer) => offer.TlsId is not null;

    private DtlsAgreement Agree(DtlsAgreement next)
    {
        Current = next.Following(Current);
        return Current;
    }
}
