// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sdp;

/// <summary>What a side wishes to be told by extended reports (RFC 3611 §5): <c>a=rtcp-xr:rcvr-rtt=all voip-metrics</c>.</summary>
/// <param name="VoipMetrics">VoIP metrics on the sound that it sends. One-sided: each side asks for itself.</param>
/// <param name="ReceiverTime">Receiver reference times, and the answers to them. Both sides do it or neither: an answer names it only when the offer did.</param>
internal readonly record struct ExtendedReports(bool VoipMetrics, bool ReceiverTime)
{
    /// <summary>The attribute's name.</summary>
    private static ReadOnlySpan<byte> Name => "rtcp-xr"u8;

    /// <summary>Nothing was said about them: VoIP metrics go unasked, since who does not know them passes them over (RFC 3550 §6.1).</summary>
    public static ExtendedReports Unasked => new(VoipMetrics: true, ReceiverTime: false);

    /// <summary>Our offer's attribute.</summary>
    public static string Offer => new ExtendedReports(VoipMetrics: true, ReceiverTime: true).ToString();

    /// <summary>Our answer's attribute; null when the offer did not speak of extended reports.</summary>
    public static string? Answer(RemoteStream offer) =>
        Has(offer, out _) ? new ExtendedReports(VoipMetrics: true, Wished(offer).ReceiverTime).ToString() : null;

    /// <summary>What a peer's description asks us to send; <see cref="Unasked"/> when it says nothing. What is not known here is passed over.</summary>
    public static ExtendedReports Wished(RemoteStream peer)
    {
        if (!Has(peer, out var value))
            return Unasked;
        var (metrics, times) = (false, false);
        for (var tokens = new Tokens(value); tokens.TryNext(out var token);)
        {
            metrics |= Is(token, "voip-metrics"u8);
            times |= Is(token, "rcvr-rtt"u8);
        }

        return new(metrics, times);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        new StringBuilder("rtcp-xr:").Append(ReceiverTime ? "rcvr-rtt=all " : "").Append(VoipMetrics ? "voip-metrics" : "").ToString().TrimEnd();

    // It may stand above all streams, too (§5.1).
    private static bool Has(RemoteStream peer, out ReadOnlySpan<byte> value) =>
        peer.Audio.TryGetAttribute(Name, out value) || peer.Session.TryGetAttribute(Name, out value);

    // rcvr-rtt=all:64: what follows the name limits what is sent; a block of ours is as small as they get.
    private static bool Is(ReadOnlySpan<byte> token, ReadOnlySpan<byte> name) =>
        token.StartsWith(name) && (token.Length == name.Length || token[name.Length] == '=');
}
