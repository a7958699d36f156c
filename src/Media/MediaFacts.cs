// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Protocol.Sdp;

namespace Earshot.Media;

/// <summary>What two phones agreed on, for people and programs.</summary>
/// <param name="Codec">The codec's name as in the SDP, lower case: <c>opus</c>.</param>
/// <param name="Rate">Hz of the codec's sound: 48000, 16000 or 8000.</param>
/// <param name="PacketTimeMs">Milliseconds of sound in a packet that we send.</param>
/// <param name="SrtpProfile">The SRTP crypto suite, e.g. <c>AES_CM_128_HMAC_SHA1_80</c>; null when media is clear, or while DTLS has not chosen.</param>
/// <param name="Local">Where media is received, as advertised.</param>
/// <param name="Remote">Where media is sent; null while none is known.</param>
/// <param name="Direction">Which way media flows, seen from here.</param>
/// <param name="HeldByPeer">True when the peer put this side on hold.</param>
/// <param name="RtcpMux">True when RTCP shares the RTP port.</param>
/// <param name="DtmfByEvent">True when keys go as telephone-event (RFC 4733).</param>
internal sealed record MediaFacts(
    string Codec,
    int Rate,
    double PacketTimeMs,
    string? SrtpProfile,
    IPEndPoint Local,
    IPEndPoint? Remote,
    MediaDirection Direction,
    bool HeldByPeer,
    bool RtcpMux,
    bool DtmfByEvent)
{
    /// <summary>True when no packet of this call travels in clear.</summary>
    public bool IsEncrypted => KeyExchange != "none";

    /// <summary>Which way ICE found: <c>host</c>, <c>srflx</c>, <c>prflx</c> or <c>relay</c>; <c>off</c> without ICE, <c>none</c> while there is no way yet.</summary>
    public string Ice { get; init; } = "off";

    /// <summary>How the keys came: <c>dtls</c>, <c>sdes</c>, or <c>none</c> for clear media.</summary>
    public string KeyExchange { get; init; } = SrtpProfile is null ? "none" : "sdes";

    /// <summary>SHA-256 of the certificate that the peer proved to own, as SDP writes it; null without DTLS, or before.</summary>
    public string? PeerFingerprint { get; init; }
}
