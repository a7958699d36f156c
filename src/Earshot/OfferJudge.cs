// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Media;
using Earshot.Protocol.Sdp;

namespace Earshot;

/// <summary>Tells whether a first offer can be answered, before any port, codec or thread is spent on it.</summary>
/// <remarks>Thread: any; keeps nothing.</remarks>
internal static class OfferJudge
{
    /// <summary>What answering would say; the description itself is not made.</summary>
    public static NegotiationResult Judge(ReadOnlySpan<byte> offer, MediaSessionOptions options)
    {
        var exchange = new OfferAnswer(0);
        var offered = exchange.HandleOffer(offer);
        return offered.Accepted ? exchange.PreviewAnswer(Ours(options)) : offered;
    }

    // Where media would be received does not matter yet, and no key is drawn for a call that may never be: only suites are compared.
    private static LocalMedia Ours(MediaSessionOptions options) => new()
    {
        Codecs = CodecOffers.For(options.Codecs, options),
        Address = IPAddress.Loopback,
        Port = 9,
        PacketTime = options.PacketTime.TotalMilliseconds,
        Crypto = LocalKeys.WithoutKeys,
        Security = options.Security,
    };
}
