// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Protocol.Rtcp;

namespace Earshot.Protocol.Sdp;

/// <summary>What a side wishes to be told by extended reports (RFC 3611 §5): <c>a=rtcp-xr:rcvr-rtt=all voip-metrics</c>.</summary>
/// <remarks>
/// <code>
///   offer         VoIP metrics mean                     our answer asks for them
///   sendrecv      tell me how I sound                   always: an answer may ask for what was not offered
///   sendonly      tell me how I sound                   never: we send nothing
///   recvonly      I can tell you how you sound          when the offer can
/// </code>
/// VoIP metrics are unilateral: each side asks for itself. Receiver reference times are collaborative: both sides name them, or neither sends them.
/// </remarks>
/// <param name="VoipMetrics">VoIP metrics on the sound that it sends.</param>
/// <param name="ReceiverTime">Receiver reference times, and the answers to them.</param>
internal readonly record struct ExtendedReports(bool VoipMetrics, bool ReceiverTime)
{
    private const int LargestNumber = 999_999_999;

    /// <summary>The attribute's name.</summary>
    private static ReadOnlySpan<byte> Name => "rtcp-xr"u8;

    /// <summary>Nothing was said about them: VoIP metrics go without signalling (§5), since who does not know them passes them over (RFC 3550 §6.1).</summary>
    public static ExtendedReports Unasked => new(VoipMetrics: true, ReceiverTime: false);

    /// <summary>Our offer's attribute.</summary>
    public static string Offer => new ExtendedReports(VoipMetrics: true, ReceiverTime: true).ToString();

    /// <summary>Who answers a reference time.</summary>
    public ReferenceAnswers Answers { get; init; }

    /// <summary>Our answer's attribute; null when the offer did not speak of extended reports, or there is nothing to ask for.</summary>
    /// <param name="offer">The offer.</param>
    /// <param name="ours">What we may do by our answer.</param>
    public static string? Answer(RemoteStream offer, MediaDirection ours)
    {
        if (!Has(offer, out var value))
            return null;
        var offered = Read(value);
        var answer = offered with { VoipMetrics = ours.Sends() && (offer.Direction.Sends() || offered.VoipMetrics) };
        return answer is { VoipMetrics: false, ReceiverTime: false } ? null : answer.ToString();
    }

    /// <summary>What a peer's description asks us to send; <see cref="Unasked"/> when it says nothing. What is not known here is passed over.</summary>
    /// <remarks>Who sends nothing asks for nothing about it: there VoIP metrics are what that side can tell.</remarks>
    public static ExtendedReports Wished(RemoteStream peer)
    {
        if (!Has(peer, out var value))
            return Unasked;
        var wished = Read(value);
        return wished with { VoipMetrics = wished.VoipMetrics && peer.Direction.Sends() };
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var mode = Answers == ReferenceAnswers.OfSenders ? "sender" : "all";
        return new StringBuilder("rtcp-xr:").Append(ReceiverTime ? $"rcvr-rtt={mode} " : "").Append(VoipMetrics ? "voip-metrics" : "").ToString().TrimEnd();
    }

    private static ExtendedReports Read(ReadOnlySpan<byte> value)
    {
        var read = new ExtendedReports(false, false);
        for (var tokens = new Tokens(value); tokens.TryNext(out var token);)
        {
            if (token.SequenceEqual("voip-metrics"u8))
                read = read with { VoipMetrics = true };
            else if (token.StartsWith("rcvr-rtt="u8))
                read = read.WithTimes(token["rcvr-rtt=".Length..]);
        }

        return read;
    }

    // rcvr-rtt=MODE[:SIZE]: a mode that is not known is an extension. The size is the most that the block with the answers may have, and ours has one entry.
    private ExtendedReports WithTimes(ReadOnlySpan<byte> value)
    {
        int colon = value.IndexOf((byte)':');
        var mode = colon < 0 ? value : value[..colon];
        bool isAll = mode.SequenceEqual("all"u8);
        if ((!isAll && !mode.SequenceEqual("sender"u8)) || (colon >= 0 && !Tokens.TryNumber(value[(colon + 1)..], LargestNumber, out _)))
            return this;
        if (colon >= 0 && Tokens.TryNumber(value[(colon + 1)..], DelaySinceReference.SmallestBlock - 1, out _))
            return this with { Answers = ReferenceAnswers.None };
        return this with { ReceiverTime = true, Answers = isAll ? ReferenceAnswers.OfAll : ReferenceAnswers.OfSenders };
    }

    // It may stand above all streams, too (§5.1).
    private static bool Has(RemoteStream peer, out ReadOnlySpan<byte> value) =>
        peer.Audio.TryGetAttribute(Name, out value) || peer.Session.TryGetAttribute(Name, out value);
}
