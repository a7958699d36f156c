// SPDX-License-Identifier: MIT
using Earshot.Protocol.Srtp;

namespace Earshot.Media.Transport;

/// <summary>What was agreed about addresses and keys. An immutable snapshot; the SRTP contexts in it belong to the worker from then on.</summary>
/// <param name="Rtp">Where the description says RTP goes.</param>
/// <param name="Rtcp">Where it says RTCP goes.</param>
/// <param name="RtcpMux">RTCP shares the RTP port.</param>
/// <param name="Outbound">Protects what we send; null only when clear media was agreed.</param>
/// <param name="Inbound">Opens what comes; null only when clear media was agreed. The same instance as before when the keys stay.</param>
internal sealed record TransportPlan(PeerAddress Rtp, PeerAddress Rtcp, bool RtcpMux, SrtpContext? Outbound, SrtpContext? Inbound)
{
    /// <summary>Contexts that open what comes under the keys of the last agreements, <see cref="Inbound"/> among them: a peer may come back to a key, and no packet opens twice.</summary>
    public IReadOnlyList<SrtpContext> Kept { get; init; } = [];

    /// <summary>True when no clear packet may be sent or played.</summary>
    public bool IsEncrypted => Inbound is not null;

    /// <summary>RTCP's address when it is not multiplexed: behind a translator that of RTP is the better guess, one port up.</summary>
    public PeerAddress RtcpTargetFor(PeerAddress rtpTarget) =>
        rtpTarget == Rtp ? Rtcp : rtpTarget with { Port = (ushort)(rtpTarget.Port + 1) };
}
