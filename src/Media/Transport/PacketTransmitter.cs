// SPDX-License-Identifier: MIT
using Earshot.Media.Diagnostics;
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol;
using Earshot.Protocol.Srtp;

namespace Earshot.Media.Transport;

/// <summary>The only way out for a call's packets: protects in place, sends, and shows the capture what was on the wire.</summary>
/// <remarks>
/// In a call that must be encrypted nothing leaves without keys: <see cref="CanSend"/> is false until they are there.
/// Thread: worker. Real-time: no allocation.
/// </remarks>
internal sealed class PacketTransmitter(IDatagramSender rtpSender, IDatagramSender rtcpSender, PeerAddress local, PacketCapture? capture, AgreedKeys agreed)
{
    /// <summary>Most bytes of payload: an Ethernet frame less IPv6, UDP, RTP and the longest SRTP trailer.</summary>
    public const int MaximumPayload = 1400;

    private TransportPlan? _plan;

    /// <summary>Where RTP goes; set by <see cref="Latching"/>, or by ICE.</summary>
    public PeerAddress Target { get; set; }

    /// <summary>The sender of RTP shows the capture what leaves, and from where.</summary>
    public bool IsCapturedBehind { get; init; }

    /// <summary>Keys (or the explicit wish for none) and an address are known.</summary>
    public bool CanSend => _plan is { } plan && (!plan.IsEncrypted || KeysOf(plan) is not null) && !Target.IsNone && (plan.ByIce || !Target.IsUnspecified);

    /// <summary>Takes a new agreement.</summary>
    public void Apply(TransportPlan? plan) => _plan = plan;

    /// <summary>Sends one RTP packet.</summary>
    /// <param name="now">Now.</param>
    /// <param name="buffer">The packet, with room behind it for the authentication tag.</param>
    /// <param name="length">Bytes of the packet.</param>
    public bool SendRtp(Instant now, Span<byte> buffer, int length)
    {
        if (_plan is not { } plan)
            return false;
        if (plan.IsEncrypted && KeysOf(plan)?.TryProtectRtp(buffer, length, out length) is not true)
            return false;
        return Send(now, rtpSender, buffer[..length], Target);
    }

    /// <summary>Sends one compound RTCP packet: to the RTP port when multiplexed.</summary>
    public bool SendRtcp(Instant now, Span<byte> buffer, int length)
    {
        if (_plan is not { CarriesRtcp: true } plan || !CanSend)
            return false;
        if (plan.IsEncrypted && KeysOf(plan)?.TryProtectRtcp(buffer, length, out length) is not true)
            return false;
        return plan.RtcpMux
            ? Send(now, rtpSender, buffer[..length], Target)
            : Send(now, rtcpSender, buffer[..length], plan.RtcpTargetFor(Target));
    }

    private SrtpContext? KeysOf(TransportPlan plan) => plan.ByDtls ? agreed.Outbound : plan.Outbound;

    private bool Send(Instant now, IDatagramSender sender, ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        if (!IsCapturedBehind || sender != rtpSender)
            capture?.Push(now, in local, in to, datagram);
        return sender.Send(datagram, in to);
    }
}
