// SPDX-License-Identifier: MIT
using Earshot.Protocol.Srtp;

namespace Earshot.Media.Transport;

/// <summary>What was agreed about addresses and keys. An immutable snapshot; the SRTP contexts in it belong to the worker from then on.</summary>
/// <param name="Rtp">Where the description says RTP goes.</param>
/// <param name="Rtcp">Where it says RTCP goes.</param>
/// <param name="RtcpMux">RTCP shares the RTP port.</param>
/// <param name="Outbound">Protects what we send; null when clear media was agreed, or keys by DTLS.</param>
/// <param name="Inbound">Opens what comes; null when clear media was agreed, or keys by DTLS. The same instance as before when the keys stay.</param>
internal sealed record TransportPlan(PeerAddress Rtp, PeerAddress Rtcp, bool RtcpMux, SrtpContext? Outbound, SrtpContext? Inbound)
{
    /// <summary>Contexts that open what comes under the keys of the last agreements, <see cref="Inbound"/> among them: a peer may come back to a key, and no packet opens twice.</summary>
    public IReadOnlyList<SrtpContext> Kept { get; init; } = [];

    /// <summary>The keys come by DTLS, through <see cref="Dtls.AgreedKeys"/>; both contexts are null then.</summary>
    public bool ByDtls { get; init; }

    /// <summary>ICE says where packets go and which may be the peer's; <see cref="Rtp"/> is a name at best.</summary>
    public bool ByIce { get; init; }

    /// <summary>True when no clear packet may be sent or played.</summary>
    public bool IsEncrypted => Inbound is not null || ByDtls;

    /// <summary>False when RTCP would need an association of its own (RFC 5764 §5.1.2): it is left out then. With ICE it has no component of its own, but goes beside the pair in use.</summary>
    public bool CarriesRtcp => RtcpMux || !ByDtls;

    /// <summary>Who the peer is to those who follow addresses.</summary>
    public PeerAddress Peer => ByIce ? PeerAddress.ByIce : Rtp;

    /// <summary>RTCP's address when it is not multiplexed: behind a translator that of RTP is the better guess, one port up.</summary>
    public PeerAddress RtcpTargetFor(PeerAddress rtpTarget) =>
        rtpTarget == Rtp ? Rtcp : rtpTarget with { Port = (ushort)(rtpTarget.Port + 1) };
}
